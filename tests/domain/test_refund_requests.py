"""Changes of the record for refunds: request, close, resolve."""

from dataclasses import replace
from datetime import timedelta

import pytest

from orders.domain.attention import Attention, AttentionReason, ResolutionAction, ResolutionStatus
from orders.domain.erasure import ERASED, erase
from orders.domain.money import Money
from orders.domain.operator_changes import (
    RefundRequestResult,
    close_refund,
    request_refund,
    resolve_attention,
)
from orders.domain.order import PaymentLimits
from orders.domain.order_record import OrderRecord
from orders.domain.outcome import Outcome
from orders.domain.refund import (
    MAX_REFUNDS,
    RefundOutcome,
    RefundRequest,
    RefundRequestStatus,
    RefundStatus,
)
from tests.builders import NOON, a_record, a_refund_request, a_resolution

#: 2 mugs and the shipping.
TOTAL = 3480
LATER = NOON + timedelta(hours=1)
STEP = "refundPayment"
EMAIL_STEP = "sendRefundEmail"
PAID = RefundOutcome(is_paid=True)
REFUSED = RefundOutcome(is_paid=False, failed_step=STEP, reason="refundRefused")
EMAIL_FAILED = RefundOutcome(is_paid=True, failed_step=EMAIL_STEP)
CONFIRMATION_FAILED = Attention(
    reason=AttentionReason.STEP_FAILED, since=NOON, failed_steps=("sendConfirmation",)
)


def a_request(minor: int | None, refund_id: str = "rfd_1", currency: str = "EUR") -> RefundRequest:
    """Return a refund request whose fingerprint depends on the amount."""
    request = a_refund_request(minor, refund_id, currency)
    return replace(request, fingerprint=f"{minor}")


def completed(*requests: RefundRequest) -> OrderRecord:
    """Return the record of a completed order with these refunds."""
    record = a_record(outcome=Outcome.completed("T1"))
    for request in requests:
        record, _ = request_refund(record, request)
    return record


def add_refund(record: OrderRecord, request: RefundRequest) -> RefundRequestResult:
    """Request a refund; the answer holds the next record."""
    after, result = request_refund(record, request)
    assert after is result.record
    return result


def close(record: OrderRecord, outcome: RefundOutcome, refund_id: str = "rfd_1") -> OrderRecord:
    """Close a refund; the answer is the next record."""
    after, answer = close_refund(record, refund_id, outcome, LATER)
    assert after is answer
    return after


def resolve(record: OrderRecord, action: ResolutionAction, step: str) -> OrderRecord:
    """Resolve one failed step."""
    after, result = resolve_attention(record, a_resolution(action, step, at=LATER))
    assert result.status is ResolutionStatus.ACCEPTED
    return after


@pytest.mark.parametrize(
    ("request_", "status"),
    [
        (a_request(1), RefundRequestStatus.ACCEPTED),
        (a_request(TOTAL), RefundRequestStatus.ACCEPTED),
        (a_request(None), RefundRequestStatus.ACCEPTED),
        (a_request(TOTAL + 1), RefundRequestStatus.EXCEEDS_REFUNDABLE),
        (a_request(1, currency="USD"), RefundRequestStatus.OTHER_CURRENCY),
    ],
)
def test_refund_never_exceeds_the_captured_amount(
    request_: RefundRequest, status: RefundRequestStatus
) -> None:
    """The currency must be that of the order."""
    assert add_refund(completed(), request_).status is status


@pytest.mark.parametrize("minor", [1, 101])
def test_refund_must_be_payable_by_the_gateway(minor: int) -> None:
    """The gateway takes multiples of 10 only, as Stripe does in dinars."""
    record = completed()
    terms = replace(record.order.terms, payment=PaymentLimits(minimum=20, step=10))
    limited = replace(record, order=replace(record.order, terms=terms))

    assert add_refund(limited, a_request(minor)).status is RefundRequestStatus.NOT_PAYABLE
    assert add_refund(limited, a_request(10)).status is RefundRequestStatus.ACCEPTED
    assert add_refund(limited, a_request(None)).status is RefundRequestStatus.ACCEPTED


def test_open_refunds_reduce_the_refundable_amount() -> None:
    """A refund counts before it is paid."""
    record = completed(a_request(TOTAL - 1), a_request(1, "rfd_2"))

    statuses = {add_refund(record, a_request(m, "rfd_3")).status for m in (1, None)}

    assert record.refundable == Money(0, "EUR")
    assert statuses == {RefundRequestStatus.EXCEEDS_REFUNDABLE}


def test_repeated_request_changes_nothing() -> None:
    """It is a repeat even if nothing is refundable; another request with its ID is refused."""
    record = completed(a_request(TOTAL))

    repeated = add_refund(record, replace(a_request(TOTAL), at=LATER))

    assert (repeated.status, repeated.record) == (RefundRequestStatus.REPEATED, record)
    assert add_refund(record, a_request(1)).status is RefundRequestStatus.KEY_REUSED


@pytest.mark.parametrize(
    "outcome", [None, Outcome.canceled(), Outcome.needs_attention("unavailable", ("commitStock",))]
)
def test_only_a_completed_order_is_refunded(outcome: Outcome | None) -> None:
    """An open order is canceled instead, and an undone one has nothing left to refund."""
    result = add_refund(a_record(outcome=outcome), a_request(1))

    assert result.status is RefundRequestStatus.NOT_COMPLETED


def test_paid_refund_needs_no_attention() -> None:
    """A later outcome changes nothing."""
    paid = close(completed(a_request(1)), PAID)

    assert paid.refunds[0].status is RefundStatus.PAID
    assert paid.attention is None
    assert close(paid, REFUSED) == paid


def test_unknown_refund_is_not_closed() -> None:
    """The record stays as it is."""
    record = completed(a_request(1))

    assert close(record, PAID, "rfd_2") is record


def test_failed_refund_needs_attention() -> None:
    """Its step joins those that are in the queue already."""
    record = close(replace(completed(a_request(1)), attention=CONFIRMATION_FAILED), REFUSED)

    assert record.attention == replace(CONFIRMATION_FAILED, failed_steps=("sendConfirmation", STEP))
    assert record.refunds[0].reason == "refundRefused"


def test_failed_refund_stays_in_the_queue_when_the_order_closes_again() -> None:
    """The order's own email may have been retried while the refund failed."""
    record = close(completed(a_request(1)), REFUSED)

    reopened = replace(record, outcome=None, attention=None)

    closed, _ = reopened.close(Outcome.completed("T1"), LATER)

    assert closed.attention is not None
    assert closed.attention.failed_steps == (STEP,)


@pytest.mark.parametrize(
    ("action", "status", "refundable"),
    [
        (ResolutionAction.RETRY, RefundStatus.REQUESTED, TOTAL - 1),
        (ResolutionAction.SETTLED_ELSEWHERE, RefundStatus.SETTLED_ELSEWHERE, TOTAL - 1),
        (ResolutionAction.SKIP, RefundStatus.SKIPPED, TOTAL),
    ],
)
def test_failed_refund_takes_the_status_of_its_resolution(
    action: ResolutionAction, status: RefundStatus, refundable: int
) -> None:
    """A skipped amount can be refunded later; an amount settled elsewhere cannot."""
    record = close(completed(a_request(1)), REFUSED)
    resolved = resolve(record, action, STEP)

    assert resolved.refunds[0].status is status
    assert resolved.refundable.minor == refundable


def test_resolution_of_another_step_leaves_a_refund_alone() -> None:
    """Each failed step needs its own resolution."""
    record = replace(completed(a_request(1)), attention=CONFIRMATION_FAILED)
    record = close(record, REFUSED)

    resolved = resolve(record, ResolutionAction.SKIP, "sendConfirmation")

    assert resolved.refunds == record.refunds
    assert resolved.attention == replace(CONFIRMATION_FAILED, failed_steps=(STEP,))


def test_paid_refund_with_failed_email_stays_paid() -> None:
    """A skipped email does not change the payment."""
    record = close(completed(a_request(1)), EMAIL_FAILED)
    resolved = resolve(record, ResolutionAction.SKIP, EMAIL_STEP)

    assert resolved.refunds[0].status is RefundStatus.PAID
    assert resolved.refunds[0].failed_step is None


def test_paid_refund_stays_paid_while_its_email_is_retried() -> None:
    """The refund is open until the email is sent, and needs attention if that fails again."""
    paid = close(completed(a_request(10)), EMAIL_FAILED)
    retried = resolve(paid, ResolutionAction.RETRY, EMAIL_STEP)
    failed = close(retried, RefundOutcome(is_paid=False, failed_step=STEP))

    open_refunds = [bool(record.open_refunds) for record in (paid, retried, failed)]
    assert open_refunds == [False, True, False]
    assert (failed.refunds[0].status, failed.refunds[0].failed_step) == (RefundStatus.PAID, STEP)


@pytest.mark.parametrize(
    ("outcome", "failed_step", "in_attention"),
    [(REFUSED, STEP, True), (EMAIL_FAILED, None, False)],
    ids=["unpaid", "email failed"],
)
def test_erasure_keeps_unpaid_refunds_in_the_queue(
    outcome: RefundOutcome,
    failed_step: str | None,
    in_attention: bool,  # noqa: FBT001 - a parameter of the table
) -> None:
    """A failed email has no recipient any longer; an unpaid refund still needs an operator."""
    record = close(completed(a_request(1)), outcome)

    erased, _ = erase(record, LATER)

    refund = erased.refunds[0]
    assert (refund.note, refund.operator, refund.failed_step) == (ERASED, ERASED, failed_step)
    assert (erased.attention is not None) is in_attention
    assert erased.erased_at == LATER


def test_order_has_at_most_a_hundred_refunds() -> None:
    """One more is refused, and the record stays as it is; a repeat is still recognized."""
    full = completed(*(a_request(1, f"rfd_{number}") for number in range(MAX_REFUNDS)))

    result = add_refund(full, a_request(1, "rfd_more"))
    repeated = add_refund(full, replace(a_request(1, "rfd_0"), at=LATER))

    assert len(full.refunds) == MAX_REFUNDS
    assert (result.status, result.record) == (RefundRequestStatus.TOO_MANY, full)
    assert repeated.status is RefundRequestStatus.REPEATED
