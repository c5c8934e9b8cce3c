"""Records as JSON text, and the values that stores index, the same for every store."""

import json
from datetime import UTC, datetime

from orders.contracts.codec import decode, encode
from orders.domain.errors import UnreadableRecordError
from orders.domain.order import Customer
from orders.domain.order_record import OrderRecord


def record_to_text(record: OrderRecord) -> str:
    """Return a record as JSON text."""
    # Escapes would make notes six times as long, and a row of Azure Tables has at most 1 MiB.
    return json.dumps(encode(record), ensure_ascii=False)


def text_to_record(order_id: str, text: str) -> OrderRecord:
    """Return the record in JSON text; unknown fields of a newer version are ignored.

    Raises:
        UnreadableRecordError: the text is not a record.
    """
    try:
        return decode(OrderRecord, json.loads(text))
    except (ValueError, RecursionError):
        # The message must not contain the record: it may hold personal data.
        raise UnreadableRecordError(f"the record of {order_id} cannot be decoded") from None


def customer_to_text(customer: Customer) -> str:
    """Return the personal part as JSON text."""
    return json.dumps(encode(customer))


def text_to_customer(text: str) -> Customer:
    """Return the personal part in JSON text."""
    return decode(Customer, json.loads(text))


def flags_of(record: OrderRecord) -> dict[str, bool]:
    """Return the yes-or-no fields of `OrderQuery`, as they are for a record."""
    return {
        "is_open": record.outcome is None,
        "needs_attention": record.attention is not None,
        "is_waiting": record.is_waiting,
        "has_open_refund": record.has_unsettled_refund,
        "is_erased": record.erased_at is not None and not record.is_erasure_pending,
        "is_erasure_pending": record.is_erasure_pending,
        "is_purged": record.purged_at is not None,
    }


def is_active(record: OrderRecord) -> bool:
    """Whether the order is being worked."""
    return record.outcome is None and not record.is_waiting


def time_to_text(time: datetime) -> str:
    """Return a time as text in UTC; the texts sort as the times do."""
    return time.astimezone(UTC).isoformat(timespec="microseconds")
