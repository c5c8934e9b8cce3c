"""Port: the inbox, events of partners kept beside the orders.

An event is stored in one write before it is acknowledged. All methods raise StoreUnavailableError
if the store is unavailable.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Protocol, TypeAlias

from orders.domain.partner_events import EventStatus, Partner, PartnerEvent

#: Returns the next state of an event; the event itself if nothing changes.
EventChange: TypeAlias = Callable[[PartnerEvent], PartnerEvent]

#: Events in the longest page.
MAX_EVENTS: Final = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class EventPage:
    """A page of events."""

    events: tuple[PartnerEvent, ...]
    #: Where the next page begins; None if this is the last one.
    cursor: str | None = None


class PartnerEvents(Protocol):
    """The inbox. An event that cannot be decoded is left out."""

    def add(self, event: PartnerEvent) -> bool:
        """Store a new event in one write; False if the partner has sent it before."""

    def find(self, partner: Partner, event_id: str) -> PartnerEvent | None:
        """Return the event, if it is stored."""

    def update(self, partner: Partner, event_id: str, change: EventChange) -> PartnerEvent | None:
        """Apply a change in one atomic step and return the event; None if it is not stored.

        The change may be applied twice.
        """

    def pending(self, due_before: datetime, limit: int) -> tuple[PartnerEvent, ...]:
        """Return the open events whose next attempt is due, those that are due longest first."""

    def page(
        self,
        status: EventStatus | None = None,
        cursor: str | None = None,
        limit: int = MAX_EVENTS,
    ) -> EventPage:
        """Return a page of events, newest first: all of them, or those with this status.

        Raises:
            InvalidCursorError: the cursor is not one of this list.
        """

    def expired(self, received_before: datetime, limit: int) -> tuple[PartnerEvent, ...]:
        """Return events that were received before this time, whatever their status."""

    def delete(self, event: PartnerEvent) -> None:
        """Delete an event. If the partner sends it again, it is a new one."""
