"""Events of partners as JSON text, the same for every store."""

import json
from collections.abc import Iterable

from orders.contracts.codec import decode, encode
from orders.domain.partner_events import PartnerEvent
from orders.ports.partner_events import MAX_EVENTS


def events_limit(limit: int) -> int:
    """Return how many events a page may have."""
    return max(1, min(limit, MAX_EVENTS))


def event_to_text(event: PartnerEvent) -> str:
    """Return an event as JSON text."""
    return json.dumps(encode(event))


def text_to_event(text: str) -> PartnerEvent | None:
    """Return the event in JSON text; None if it cannot be decoded."""
    try:
        return decode(PartnerEvent, json.loads(text))
    except (ValueError, RecursionError):
        return None


def texts_to_events(texts: Iterable[str]) -> tuple[PartnerEvent, ...]:
    """Return the events in these texts, without those that cannot be decoded."""
    return tuple(event for event in map(text_to_event, texts) if event is not None)
