"""Erasure of the personal data in an order's record."""

from dataclasses import replace
from datetime import datetime
from typing import Final

from orders.domain.attention import Attention
from orders.domain.order_record import OrderRecord
from orders.domain.refund import Refund, RefundStatus

#: Replaces an erased text.
ERASED: Final = "(erased)"

#: The steps that send emails.
EMAIL_STEPS: Final = frozenset({"sendConfirmation", "sendOutcomeEmail", "sendRefundEmail"})


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
    """Drop failed emails, which have no recipient now; keep everything else."""
    attention = record.attention
    return attention.without_steps(tuple(EMAIL_STEPS)) if attention else None


def _erase_refund(refund: Refund) -> Refund:
    erased = replace(refund, note=ERASED, operator=ERASED)
    if refund.approval is not None:
        approval = replace(refund.approval, note=ERASED, operator=ERASED)
        erased = replace(erased, approval=approval)
    return replace(erased, failed_step=None) if refund.status is RefundStatus.PAID else erased
