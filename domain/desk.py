"""Why does an order need a person, and what did the person decide?"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Concern(StrEnum):
    """Why an order lies on the desk."""

    #: A step failed for good, in an order that ended all the same or could not be ended.
    STEP_FAILED = "stepFailed"
    #: It was run again as often as makes sense, and did not come to an end.
    LOST = "lost"
    #: Somebody suspended its orchestration, and has to resume it.
    SUSPENDED = "suspended"


@dataclass(frozen=True, slots=True, kw_only=True)
class Attention:
    """An order's place on the desk."""

    concern: Concern
    since: datetime
    #: What was tried for as long as it may be, and nobody has decided about yet.
    failed_steps: tuple[str, ...] = ()


class Action(StrEnum):
    """What a person can decide."""

    #: Whatever it was works again: the steps are tried once more.
    RETRY = "retry"
    #: It was done by hand: the order goes on as if the steps had worked.
    SETTLED = "settled"
    #: It is not going to be done, and the note says why: the order goes on without it.
    SKIP = "skip"


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What a person decided about an order."""

    action: Action
    note: str
    by: str
    at: datetime
    #: The failed steps that it is about; of one that is not yet written down, none means all.
    steps: tuple[str, ...] = ()
    #: The refunds whose steps these are, if they are not the order's own.
    refunds: tuple[str, ...] = ()
