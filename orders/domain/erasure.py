"""Erasure of the personal data in an order's record."""

from dataclasses import replace
from datetime import datetime
from typing import Final

from orders.domain.attention import Attention
from orders.domain.order_record import OrderRecord
from orders.domain.refund import Refund, RefundStatus

#: Replaces an erased text.
ERASED: Final = "(erased)"


def erase(record: OrderRecord, now: datetime) -> tuple[OrderRecord, None]:
    """Erase notes, operators, the payment method and the caller's reference."""
    after = replace(
        record,
        order=replace(record.order, payment_method=ERASED, reference=None),
        resolutions=tuple(
            replace(resolution, note=ERASED, operator=ERASED) for resolution in record.resolutions
        ),
        refunds=tuple(_erase_refund(refund) for refund in record.refunds),
        attention=_attention_after_erasure(record),
        erased_at=record.erased_at or now,
        is_erasure_pending=True,
    )
    return after, None


def finish_erasure(record: OrderRecord) -> tuple[OrderRecord, None]:
    """Record that nothing of the erased data is left, in logs of files neither."""
    return replace(record, is_erasure_pending=False), None


def _attention_after_erasure(record: OrderRecord) -> Attention | None:
    """Drop failed emails, which have no recipient now; keep refunds that were not paid."""
    attention = record.attention
    unpaid = [r.failed_step for r in record.refunds if r.status is RefundStatus.FAILED]
    if attention is None or not unpaid:
        return None
    steps = tuple(step for step in attention.failed_steps if step in unpaid)
    return replace(attention, failed_steps=steps)


def _erase_refund(refund: Refund) -> Refund:
    erased = replace(refund, note=ERASED, operator=ERASED)
    if refund.approval is not None:
        approval = replace(refund.approval, note=ERASED, operator=ERASED)
        erased = replace(erased, approval=approval)
    return replace(erased, failed_step=None) if refund.status is RefundStatus.PAID else erased
