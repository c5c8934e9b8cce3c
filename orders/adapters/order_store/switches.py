"""Switches and their changes as JSON text, the same for every store."""

import json
from collections.abc import Iterable

from orders.contracts.codec import decode, encode
from orders.domain.errors import StoreUnavailableError
from orders.domain.switches import SwitchChange, Switches
from orders.ports.switches import MAX_CHANGES


def log_size(limit: int) -> int:
    """Return how many changes may be returned."""
    return max(1, min(limit, MAX_CHANGES))


def switches_to_text(switches: Switches) -> str:
    """Return the states of all switches as JSON text."""
    return json.dumps(encode(switches))


def text_to_switches(text: str) -> Switches:
    """Return the states in JSON text; switches of a newer version are ignored.

    Raises:
        StoreUnavailableError: the text cannot be decoded, so it is unknown what is stopped.
    """
    try:
        return decode(Switches, json.loads(text))
    except (ValueError, RecursionError):
        raise StoreUnavailableError("the stop switches cannot be decoded") from None


def change_to_text(change: SwitchChange) -> str:
    """Return a change as JSON text."""
    return json.dumps(encode(change))


def text_to_change(text: str) -> SwitchChange:
    """Return the change in JSON text.

    Raises:
        StoreUnavailableError: the text cannot be decoded, so it is unknown what is stopped.
    """
    change = _decode_change(text)
    if change is None:
        raise StoreUnavailableError("a change of a stop switch cannot be decoded")
    return change


def texts_to_log(texts: Iterable[str]) -> tuple[SwitchChange, ...]:
    """Return the changes in these texts without those that cannot be decoded."""
    changes = (_decode_change(text) for text in texts)
    return tuple(change for change in changes if change is not None)


def _decode_change(text: str) -> SwitchChange | None:
    try:
        return decode(SwitchChange, json.loads(text))
    except (ValueError, RecursionError):
        return None
