"""Refunds at Stripe: faults, refusals and returned money."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from orders.adapters.payments.stripe.gateway import StripePayments
from orders.domain.errors import PaymentsUnavailableError
from orders.domain.money import Money
from orders.domain.provider_records import PaymentRecord
from orders.domain.results import Refunded, Refused, Reversal
from tests.adapters.gateways import Balance, stripe_balance, stripe_payments
from tests.stripe_responses import RefusedError
from tests.stripe_server import Stripe
from tests.wire import Fault

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
AMOUNT, PART = Money(4980, "EUR"), Money(1000, "EUR")
REFUNDED = Refunded()
REFUSED = Refused(reason="refundRefused")

REFUSALS = [
    RefusedError(400, type="invalid_request_error", code="charge_disputed"),
    RefusedError(400, type="invalid_request_error"),
    RefusedError(402, type="card_error", code="insufficient_funds"),
]


@pytest.fixture
def payments(stripe: Stripe, tmp_path: Path) -> StripePayments:
    """The adapter, connected to a simulated Stripe that has captured 49.80."""
    adapter = stripe_payments(stripe, tmp_path)
    adapter.authorize("o", AMOUNT, "pm_card_visa")
    adapter.capture("o")
    return adapter


def refund_concurrently(stripe: Stripe, minor: int) -> None:
    """Let another caller refund a part just before the next refund."""
    body = {
        "payment_intent": "pi_0",
        "amount": str(minor),
        "metadata[refund_id]": "other",
    }
    stripe.plan.concurrent_calls["refund"] = lambda: stripe.serve("refund", "", body, "other key")


def test_refund_sends_only_its_id_as_metadata(stripe: Stripe, payments: StripePayments) -> None:
    """Look-ups find it by that ID."""
    payments.refund("o", "r", PART)

    (refund,) = stripe.refunds.values()
    assert refund["metadata"] == {"refund_id": "r"}


def test_refund_with_a_lost_response_is_found(stripe: Stripe, payments: StripePayments) -> None:
    """The look-up shows it, so no second request is made."""
    stripe.plan.fail("refund", Fault.LOST_AFTER)
    with pytest.raises(PaymentsUnavailableError):
        payments.refund("o", "r", PART)

    assert payments.refund("o", "r", PART) == REFUNDED
    assert stripe.keys_of("refund") == ["o:refund:r:1:0"]


def test_lost_request_is_repeated_with_the_same_key(
    stripe: Stripe, payments: StripePayments
) -> None:
    """It may still arrive, so Stripe must recognize the repeat."""
    stripe.plan.fail("refund", Fault.LOST_BEFORE)
    with pytest.raises(PaymentsUnavailableError):
        payments.refund("o", "r", PART)

    assert payments.refund("o", "r", PART) == REFUNDED
    assert stripe.keys_of("refund") == ["o:refund:r:1:0"] * 2


def test_stored_failure_changes_the_key_of_its_refund_only(
    stripe: Stripe, payments: StripePayments
) -> None:
    """Another refund may be in progress, so its key stays the same."""
    stripe.plan.fail("refund", Fault.ERROR_BEFORE)
    with pytest.raises(PaymentsUnavailableError):
        payments.refund("o", "r", PART)

    assert [payments.refund("o", name, PART) for name in ("r", "s")] == [REFUNDED] * 2
    assert stripe.keys_of("refund")[1:] == ["o:refund:r:2:0", "o:refund:s:1:0"]


def test_failure_after_the_effect_is_looked_up(stripe: Stripe, payments: StripePayments) -> None:
    """The look-up shows that the refund is paid, although the response was 500."""
    stripe.plan.fail("refund", Fault.ERROR_AFTER)

    assert payments.refund("o", "r", PART) == REFUNDED
    assert stripe_balance(stripe) == Balance(captured=4980, refunded=1000)


@pytest.mark.parametrize("refusal", REFUSALS)
def test_refusal_by_stripe_is_a_result(
    stripe: Stripe, payments: StripePayments, refusal: RefusedError
) -> None:
    """Both a partial refund and a reversal may be refused."""
    stripe.refusals["refund"] = refusal

    assert payments.refund("o", "r", PART) == REFUSED
    assert payments.reverse("o") is Reversal.REFUSED


def test_invalid_refund_request_raises(stripe: Stripe, payments: StripePayments) -> None:
    """It is not a refusal by the bank."""
    stripe.refusals["refund"] = RefusedError(
        400, type="invalid_request_error", code="parameter_unknown"
    )

    with pytest.raises(PaymentsUnavailableError, match="parameter_unknown"):
        payments.refund("o", "r", PART)


@pytest.mark.parametrize("status", ["failed", "canceled"])
def test_refund_that_fails_at_once_is_refused_and_may_succeed_later(
    stripe: Stripe, payments: StripePayments, status: str
) -> None:
    """A retry uses another key."""
    stripe.refund_status = status
    assert payments.refund("o", "r", PART) == REFUSED
    assert payments.reverse("o") is Reversal.REFUSED

    stripe.refund_status = "succeeded"

    assert payments.refund("o", "r", PART) == REFUNDED
    assert payments.reverse("o") is Reversal.REFUNDED
    assert stripe_balance(stripe) == Balance(captured=4980, refunded=4980)


@pytest.mark.parametrize("status", ["pending", "requires_action"])
def test_pending_refund_counts_as_paid(
    stripe: Stripe, payments: StripePayments, status: str
) -> None:
    """It is not paid a second time."""
    stripe.refund_status = status

    assert [payments.refund("o", "r", PART) for _ in range(2)] == [REFUNDED] * 2
    assert stripe_balance(stripe) == Balance(captured=4980, refunded=1000)


def test_returned_refund_is_not_listed(stripe: Stripe, payments: StripePayments) -> None:
    """The audit counts the amount as kept."""
    payments.refund("o", "r", PART)
    stripe.return_refunds()

    assert list(payments.list_payments(LONG_AGO)) == [PaymentRecord(order_id="o", captured=4980)]


def test_returned_refund_is_paid_again(stripe: Stripe, payments: StripePayments) -> None:
    """Stripe stores its first response under the first key."""
    payments.refund("o", "r", PART)
    stripe.return_refunds()

    assert [payments.refund("o", "r", PART) for _ in range(2)] == [REFUNDED] * 2
    assert stripe_balance(stripe) == Balance(captured=4980, refunded=1000)


def test_returned_reversal_is_paid_again(stripe: Stripe, payments: StripePayments) -> None:
    """The stored response has no effect, so the next attempt uses another key."""
    payments.reverse("o")
    stripe.return_refunds()
    with pytest.raises(PaymentsUnavailableError, match="nothing has changed"):
        payments.reverse("o")

    assert payments.reverse("o") is Reversal.REFUNDED
    assert stripe_balance(stripe) == Balance(captured=4980, refunded=4980)


def test_concurrent_refund_that_leaves_too_little_is_recognized(
    stripe: Stripe, payments: StripePayments
) -> None:
    """Stripe refuses the request, and a look-up shows why."""
    refund_concurrently(stripe, 4500)

    assert payments.refund("o", "r", PART) == Refused(reason="exceedsCaptured")
    assert stripe_balance(stripe) == Balance(captured=4980, refunded=4500)


def test_refund_is_found_on_any_page(stripe: Stripe, payments: StripePayments) -> None:
    """Five refunds are in pages of two."""
    stripe.page_length = 2
    for number in range(5):
        payments.refund("o", f"r{number}", Money(100, "EUR"))

    assert payments.refund("o", "r0", PART) == REFUNDED
    assert stripe_balance(stripe) == Balance(captured=4980, refunded=500)


def test_reversal_after_a_concurrent_refund_pays_the_remainder(
    stripe: Stripe, payments: StripePayments
) -> None:
    """The amount is part of the key, so the smaller remainder is another request."""
    refund_concurrently(stripe, 1000)

    assert payments.reverse("o") is Reversal.REFUNDED
    assert stripe_balance(stripe) == Balance(captured=4980, refunded=4980)
