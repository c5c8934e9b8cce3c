"""Erasure of the personal data in an order's record."""

from dataclasses import replace
from datetime import datetime
from typing import Final

from orders.domain.attention import Attention
from orders.domain.order_record import OrderRecord
from orders.domain.refund import Refund, RefundStatus

#: Replaces an erased text.
ERASED: Final = "(erased)"


def erase_personal_data(record: OrderRecord, now: datetime) -> OrderRecord:
    """Erase notes, operators, the payment method and the caller's reference."""
    return replace(
        record,
        order=replace(record.order, payment_method=ERASED, reference=None),
        resolutions=tuple(
            replace(resolution, note=ERASED, operator=ERASED) for resolution in record.resolutions
        ),
        refunds=tuple(_erase_refund(refund) for refund in record.refunds),
        attention=_remaining_attention(record),
        erased_at=record.erased_at or now,
    )


def _erase_refund(refund: Refund) -> Refund:
    erased = replace(refund, note=ERASED, operator=ERASED)
    return replace(erased, failed_step=None) if refund.status is RefundStatus.PAID else erased


def _remaining_attention(record: OrderRecord) -> Attention | None:
    """Drop failed emails, which have no recipient now; keep refunds that were not paid."""
    unpaid = [
        refund.failed_step for refund in record.refunds if refund.status is RefundStatus.FAILED
    ]
    if record.attention is None or not unpaid:
        return None
    steps = tuple(step for step in record.attention.failed_steps if step in unpaid)
    return replace(record.attention, failed_steps=steps)
