"""Approval of refunds by a second operator.

It has the shape of the methods of `OrderRecord`: the next record and an answer.
"""

from dataclasses import dataclass, replace
from enum import StrEnum

from orders.domain.order_record import OrderRecord
from orders.domain.refund import Refund, RefundApproval, RefundStatus


class ApprovalStatus(StrEnum):
    """Answer to an approval."""

    #: The refund is approved and will be paid, or it is declined.
    ACCEPTED = "accepted"
    #: The same operator decided the same before.
    REPEATED = "repeated"
    #: The order has no refund with this ID.
    UNKNOWN_REFUND = "unknownRefund"
    #: The refund does not await an approval.
    NOT_AWAITED = "notAwaited"
    #: The operator who requested the refund must not approve it.
    SAME_OPERATOR = "sameOperator"


@dataclass(frozen=True, slots=True, kw_only=True)
class ApprovalResult:
    """The answer to an approval, and the record after it."""

    status: ApprovalStatus
    record: OrderRecord


def approve_refund(
    record: OrderRecord, refund_id: str, approval: RefundApproval
) -> tuple[OrderRecord, ApprovalResult]:
    """Record that an operator approves or declines a refund that awaits it."""
    refund = record.find_refund(refund_id)
    status = _check(refund, approval)
    is_recorded = refund is not None and refund.approval is not None
    if refund is not None and status is ApprovalStatus.ACCEPTED and not is_recorded:
        decided = refund.decide(approval)
        refunds = (decided if item is refund else item for item in record.refunds)
        record = replace(record, refunds=tuple(refunds))
    return record, ApprovalResult(status=status, record=record)


def _check(refund: Refund | None, approval: RefundApproval) -> ApprovalStatus:
    if refund is None:
        return ApprovalStatus.UNKNOWN_REFUND
    if refund.approval is not None:
        return _check_repeated(refund.approval, approval)
    if refund.status is not RefundStatus.AWAITING_APPROVAL:
        return ApprovalStatus.NOT_AWAITED
    if approval.is_approved and _is_same(refund.operator, approval.operator):
        return ApprovalStatus.SAME_OPERATOR
    return ApprovalStatus.ACCEPTED


def _check_repeated(first: RefundApproval, approval: RefundApproval) -> ApprovalStatus:
    if first.approval_id == approval.approval_id:
        return ApprovalStatus.ACCEPTED  # the update was applied twice
    same_decision = first.is_approved == approval.is_approved
    is_repeated = same_decision and _is_same(first.operator, approval.operator)
    return ApprovalStatus.REPEATED if is_repeated else ApprovalStatus.NOT_AWAITED


def _is_same(first: str, second: str) -> bool:
    return first.casefold().split() == second.casefold().split()
