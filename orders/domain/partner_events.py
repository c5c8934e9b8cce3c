"""Events of partners: hints that an object at a partner has changed.

An event is stored under its own ID. Its content is never applied: the order's current state is
fetched from the partner instead.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

#: First and longest pause between two attempts to handle an event.
_FIRST_PAUSE: Final = timedelta(minutes=2)
_LONGEST_PAUSE: Final = timedelta(hours=6)

#: After this time an event that is not handled needs an operator.
OVERDUE_AFTER: Final = timedelta(days=1)
#: An event that is not handled by then never is.
_TRIED_FOR: Final = timedelta(days=29)
#: Events are kept this long. Partners repeat an event for a few days at most.
KEPT_FOR: Final = timedelta(days=30)


class Partner(StrEnum):
    """Who sends events."""

    #: The payment gateway.
    PAYMENTS = "payments"
    #: The carrier.
    CARRIER = "carrier"


class EventStatus(StrEnum):
    """Status of an event."""

    #: Stored, and not handled yet.
    PENDING = "pending"
    #: No order is known for its object yet; it is tried again.
    UNMATCHED = "unmatched"
    #: The order's state was fetched and reconciled.
    HANDLED = "handled"
    #: It is not about an order of this service.
    IGNORED = "ignored"

    @property
    def is_open(self) -> bool:
        """Whether it is tried again."""
        return self in {EventStatus.PENDING, EventStatus.UNMATCHED}


@dataclass(frozen=True, slots=True, kw_only=True)
class PartnerEvent:
    """An event, as the service keeps it: IDs only, none of its content."""

    partner: Partner
    #: The partner's ID of the event.
    event_id: str
    #: The kind of change, as the partner names it.
    type: str
    #: The partner's ID of the object that has changed, if the event names one.
    object_id: str | None = None
    received_at: datetime
    status: EventStatus = EventStatus.PENDING
    #: How often handling it was started.
    attempts: int = 1
    #: It is not tried again before this time.
    next_attempt_at: datetime
    #: The order, once it is known.
    order_id: str | None = None

    @classmethod
    def received(
        cls, partner: Partner, event_id: str, kind: str, object_id: str | None, now: datetime
    ) -> PartnerEvent:
        """Return a new event. Without an object there is nothing to look at."""
        return cls(
            partner=partner,
            event_id=event_id,
            type=kind,
            object_id=object_id,
            received_at=now,
            status=EventStatus.PENDING if object_id else EventStatus.IGNORED,
            next_attempt_at=now + _FIRST_PAUSE,
        )

    @property
    def key(self) -> str:
        """The ID of the event among those of all partners."""
        return event_key(self.partner, self.event_id)

    def settle(self, status: EventStatus, order_id: str | None) -> PartnerEvent:
        """Record the result of an attempt, unless an earlier one has ended the event."""
        if not self.status.is_open:
            return self
        return replace(self, status=status, order_id=order_id)

    def try_again(self, now: datetime) -> PartnerEvent:
        """Count an attempt that begins now; the pause before the next one doubles.

        After many days the event is given up instead.
        """
        if not self.status.is_open or now < self.next_attempt_at:
            return self
        if now >= self.received_at + _TRIED_FOR:
            return replace(self, status=EventStatus.IGNORED)
        pause = min(_FIRST_PAUSE * (1 << min(self.attempts, 32)), _LONGEST_PAUSE)
        return replace(self, attempts=self.attempts + 1, next_attempt_at=now + pause)

    def is_overdue(self, now: datetime) -> bool:
        """Whether an operator must look for the reason why it is not handled."""
        return self.status.is_open and now >= self.received_at + OVERDUE_AFTER


def event_key(partner: Partner, event_id: str) -> str:
    """Return the ID of an event among those of all partners."""
    return f"{partner}:{event_id}"
