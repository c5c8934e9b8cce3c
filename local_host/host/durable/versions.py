"""Orchestration versions, as host.json configures them.

`defaultVersion` is the version of the app, `versionMatchStrategy` names the versions that it runs,
and `versionFailureStrategy` says what happens to instances of the others.
"""

import re
from dataclasses import dataclass
from enum import StrEnum

from local_host.host.history.events import FailureDetails

#: Failure of an instance of another version, as the real host words it.
MISMATCH = FailureDetails(
    error_type="VersionMismatch",
    message="Orchestration version did not comply with Worker Versioning",
    is_non_retriable=True,
)
_DOTTED = re.compile(r"\d{1,9}(\.\d{1,9}){1,3}")


class MatchStrategy(StrEnum):
    """Versions that this host runs."""

    #: All versions.
    NONE = "None"
    #: The version of the app only.
    STRICT = "Strict"
    #: The version of the app and older ones.
    CURRENT_OR_OLDER = "CurrentOrOlder"


class FailureStrategy(StrEnum):
    """What happens to an instance of a version that this host does not run."""

    #: The instance waits for a host that runs its version.
    REJECT = "Reject"
    #: The instance fails.
    FAIL = "Fail"


@dataclass(frozen=True, slots=True, kw_only=True)
class Versions:
    """The version of the app, and its strategies for other versions."""

    default: str | None = None
    match: MatchStrategy = MatchStrategy.CURRENT_OR_OLDER
    on_mismatch: FailureStrategy = FailureStrategy.REJECT

    def accepts(self, version: str | None) -> bool:
        """Return whether this host runs an instance of a version."""
        if self.match == MatchStrategy.NONE or version == self.default:
            return True
        order = _compare(version or "", self.default or "")
        return order == 0 or (order < 0 and self.match == MatchStrategy.CURRENT_OR_OLDER)


def _compare(left: str, right: str) -> int:
    """Return a negative number if `left` is older.

    No version is the oldest. Dotted numbers compare as numbers, anything else as text.
    """
    if not (left.strip() and right.strip()):
        return bool(left.strip()) - bool(right.strip())
    if _DOTTED.fullmatch(left) and _DOTTED.fullmatch(right):
        numbers, other_numbers = _numbers(left), _numbers(right)
        return (numbers > other_numbers) - (numbers < other_numbers)
    lower, other_lower = left.lower(), right.lower()
    return (lower > other_lower) - (lower < other_lower)


def _numbers(version: str) -> list[int]:
    return [int(part) for part in version.split(".")]
