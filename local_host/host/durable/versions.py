"""May this host run an orchestration of that version?

host.json says which version this app has (`defaultVersion`), which others it can run
(`versionMatchStrategy`), and what becomes of the rest (`versionFailureStrategy`).
"""

import re
from dataclasses import dataclass
from enum import StrEnum

#: What ends an instance that must not run, as the real host writes it.
MISMATCH = {
    "ErrorType": "VersionMismatch",
    "ErrorMessage": "Orchestration version did not comply with Worker Versioning",
    "StackTrace": None,
    "InnerFailure": None,
    "IsNonRetriable": True,
    "Properties": None,
}
_DOTTED = re.compile(r"\d{1,9}(\.\d{1,9}){1,3}")


class MatchStrategy(StrEnum):
    """Which versions this host runs."""

    NONE = "None"
    #: The app's own version only.
    STRICT = "Strict"
    #: The app's own version and those before it.
    CURRENT_OR_OLDER = "CurrentOrOlder"


class FailureStrategy(StrEnum):
    """What becomes of an instance that this host must not run."""

    #: It waits for a host that may run it.
    REJECT = "Reject"
    FAIL = "Fail"


@dataclass(frozen=True, slots=True)
class Versions:
    """The app's version and how strictly it counts."""

    default: str | None = None
    match: MatchStrategy = MatchStrategy.CURRENT_OR_OLDER
    on_mismatch: FailureStrategy = FailureStrategy.REJECT

    def fit(self, version: str | None) -> bool:
        """Whether this host runs an instance of that version."""
        if self.match == MatchStrategy.NONE or version == self.default:
            return True
        order = _compare(version or "", self.default or "")
        return order == 0 or (order < 0 and self.match == MatchStrategy.CURRENT_OR_OLDER)


def _compare(one: str, other: str) -> int:
    """Negative where `one` is older: nothing before anything, then by numbers, else as text."""
    if not (one.strip() and other.strip()):
        return bool(one.strip()) - bool(other.strip())
    if _DOTTED.fullmatch(one) and _DOTTED.fullmatch(other):
        numbers, others = _numbers(one), _numbers(other)
        return (numbers > others) - (numbers < others)
    lower, other_lower = one.lower(), other.lower()
    return (lower > other_lower) - (lower < other_lower)


def _numbers(version: str) -> list[int]:
    return [int(part) for part in version.split(".")]
