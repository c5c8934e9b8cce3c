"""Payment states at Stripe that only Stripe has. The port: see `test_payment_states`."""

from pathlib import Path

import pytest

from orders.domain.disputes import DisputeStatus
from orders.domain.errors import PaymentsUnavailableError
from orders.domain.money import Money
from orders.domain.provider_records import PartnerObject, RefundProgress
from tests.adapters.gateways import stripe_payments
from tests.stripe_responses import RefusedError
from tests.stripe_server import Stripe
from tests.wire import Fault

AMOUNT = Money(4980, "EUR")


@pytest.fixture(autouse=True)
def captured(stripe: Stripe, tmp_path: Path) -> None:
    """The payment of an order is captured."""
    payments = stripe_payments(stripe, tmp_path)
    payments.authorize("o", AMOUNT, "pm_card_visa")
    payments.capture("o")


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        ("warning_needs_response", DisputeStatus.INQUIRY),
        ("warning_under_review", DisputeStatus.INQUIRY),
        ("warning_closed", DisputeStatus.CLOSED),
        ("needs_response", DisputeStatus.OPEN),
        ("under_review", DisputeStatus.OPEN),
        ("prevented", DisputeStatus.CLOSED),
        ("a_new_status", DisputeStatus.OPEN),
    ],
)
def test_status_of_a_dispute_is_translated(
    stripe: Stripe, tmp_path: Path, status: str, expected: DisputeStatus
) -> None:
    """An unknown one counts as open: no refund may pay the customer twice."""
    stripe.dispute(status)

    (dispute,) = stripe_payments(stripe, tmp_path).state("o").disputes

    assert dispute.status is expected
    assert dispute.opened_at.year == 2026


@pytest.mark.parametrize(
    ("statuses", "expected"),
    [
        (["pending"], RefundProgress.PENDING),
        (["requires_action"], RefundProgress.PENDING),
        (["canceled"], RefundProgress.FAILED),
        (["failed", "succeeded"], RefundProgress.PAID),
        (["failed", "pending"], RefundProgress.PENDING),
        (["succeeded", "failed"], RefundProgress.PAID),
    ],
)
def test_best_attempt_of_a_refund_counts(
    stripe: Stripe, tmp_path: Path, statuses: list[str], expected: RefundProgress
) -> None:
    """Stripe keeps all attempts with one of our IDs."""
    payments = stripe_payments(stripe, tmp_path)
    for number, status in enumerate(statuses):
        payments.refund("o", f"attempt_{number}", Money(100, "EUR"))
        list(stripe.refunds.values())[-1].update(status=status, metadata={"refund_id": "rfd_1"})

    assert payments.state("o").refunds == {"rfd_1": expected}


@pytest.mark.parametrize(("currency", "units"), [("ISK", 500_000), ("MGA", 50), ("KWD", 5000)])
def test_amounts_are_in_minor_units(
    stripe: Stripe, tmp_path: Path, currency: str, units: int
) -> None:
    """Stripe counts some currencies in other units."""
    payments = stripe_payments(stripe, tmp_path)
    payments.authorize("other", Money(5000, currency), "pm_card_visa")
    assert payments.state("other").held == 5000
    payments.capture("other")
    payments.refund("other", "rfd_1", Money(1000, currency))
    stripe.dispute()

    state = payments.state("other")

    assert list(stripe.intents.values())[-1]["amount"] == units
    assert (state.captured, state.refunded) == (5000, 1000)
    assert [dispute.amount for dispute in state.disputes] == [Money(5000, currency)]


def test_refund_of_another_system_is_not_ours(stripe: Stripe, tmp_path: Path) -> None:
    """It was paid in Stripe's dashboard, and counts in the amount only."""
    payments = stripe_payments(stripe, tmp_path)
    payments.refund("o", "rfd_1", Money(100, "EUR"))
    next(iter(stripe.refunds.values()))["metadata"] = {}

    state = payments.state("o")

    assert (state.refunded, state.refunds) == (100, {})


@pytest.mark.parametrize("object_id", ["cus_1", "evt_1", "", "unknown", "prv_1"])
def test_object_of_another_kind_is_not_ours(stripe: Stripe, tmp_path: Path, object_id: str) -> None:
    """Stripe is not asked for it."""
    payments = stripe_payments(stripe, tmp_path)
    stripe.requests.clear()

    assert payments.find_object(object_id) == PartnerObject(order_id=None)
    assert stripe.requests == []


def test_intent_of_another_system_is_not_ours(stripe: Stripe, tmp_path: Path) -> None:
    """Several systems may use one account."""
    (intent,) = stripe.intents.values()
    intent["metadata"] = {}

    owner = stripe_payments(stripe, tmp_path).find_object(intent["latest_charge"]["id"])

    assert owner == PartnerObject(order_id=None)


@pytest.mark.parametrize("fault", [Fault.LOST_BEFORE, Fault.ERROR_BEFORE, Fault.BUSY])
def test_fault_is_translated(stripe: Stripe, tmp_path: Path, fault: Fault) -> None:
    """The caller retries later."""
    payments = stripe_payments(stripe, tmp_path)
    stripe.plan.fail("find", fault, fault)

    for call in (lambda: payments.state("o"), lambda: payments.find_object("pi_0")):
        with pytest.raises(PaymentsUnavailableError):
            call()


def test_invalid_request_is_a_fault(stripe: Stripe, tmp_path: Path) -> None:
    """Stripe refuses the request for another reason than a missing object."""
    payments = stripe_payments(stripe, tmp_path)
    stripe.refusals["object"] = RefusedError(400, type="invalid_request_error", code="other")

    with pytest.raises(PaymentsUnavailableError):
        payments.find_object("ch_1")
