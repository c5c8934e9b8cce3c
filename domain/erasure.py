"""What is left of an order's page when whatever is personal is erased?"""

from dataclasses import replace
from datetime import datetime
from typing import Final

from domain.desk import Attention
from domain.record import OrderRecord
from domain.refund import OrderRefund, RefundStatus

#: Stands where something personal was.
ERASED: Final = "(erased)"


def erased(record: OrderRecord, now: datetime) -> OrderRecord:
    """The page without the words that people wrote, the payment method and the caller's number."""
    return replace(
        record,
        order=replace(record.order, payment_method=ERASED, reference=None),
        decisions=tuple(replace(one, note=ERASED, by=ERASED) for one in record.decisions),
        refunds=tuple(_wordless(refund) for refund in record.refunds),
        attention=_left(record),
        erased_at=record.erased_at or now,
    )


def _wordless(refund: OrderRefund) -> OrderRefund:
    wordless = replace(refund, note=ERASED, by=ERASED)
    return replace(wordless, failed_step=None) if refund.status is RefundStatus.PAID else wordless


def _left(record: OrderRecord) -> Attention | None:
    """Nobody is left to write to; money that could not be paid back stays on the desk."""
    owed = [one.failed_step for one in record.refunds if one.status is RefundStatus.FAILED]
    if record.attention is None or not owed:
        return None
    steps = tuple(step for step in record.attention.failed_steps if step in owed)
    return replace(record.attention, failed_steps=steps)
