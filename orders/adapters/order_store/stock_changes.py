"""Stock changes as JSON text, the same for every store."""

import json
from collections.abc import Iterable

from orders.contracts.codec import decode, encode
from orders.domain.errors import StoreUnavailableError
from orders.domain.stock_changes import StockChange


def change_to_text(change: StockChange) -> str:
    """Return a change as JSON text."""
    return json.dumps(encode(change))


def text_to_change(text: str) -> StockChange:
    """Return the change in JSON text; unknown fields of a newer version are ignored.

    Raises:
        StoreUnavailableError: the text cannot be decoded, so it is unknown what was requested.
    """
    change = _decode(text)
    if change is None:
        raise StoreUnavailableError("a stock change cannot be decoded")
    return change


def texts_to_changes(texts: Iterable[str]) -> tuple[StockChange, ...]:
    """Return the changes in these texts without those that cannot be decoded."""
    changes = (_decode(text) for text in texts)
    return tuple(change for change in changes if change is not None)


def _decode(text: str) -> StockChange | None:
    try:
        return decode(StockChange, json.loads(text))
    except (ValueError, RecursionError):
        return None
