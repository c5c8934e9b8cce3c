"""Is a part paid back once, whatever Stripe answers, and is a refund that comes back no refund?"""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from orders.adapters.payments.stripe.gateway import StripePayments
from orders.domain.errors import PaymentsUnavailableError
from orders.domain.money import Money
from orders.domain.provider_records import PaymentRecord
from orders.domain.results import Refund, Reversal
from tests.adapters.gateways import Balance, of_stripe, stripe_payments
from tests.stripe_server import Refused, Stripe
from tests.wire import Fault

EVER = datetime(2020, 1, 1, tzinfo=UTC)
EUROS, PART = Money(4980, "EUR"), Money(1000, "EUR")
PAID_BACK, REFUSED = Refund(refunded=True), Refund(refunded=False, reason="refundRefused")

REFUSALS = [
    Refused(400, type="invalid_request_error", code="charge_disputed"),
    Refused(400, type="invalid_request_error"),
    Refused(402, type="card_error", code="insufficient_funds"),
]


@pytest.fixture
def payments(stripe: Stripe, tmp_path: Path) -> StripePayments:
    """Our adapter, asking a Stripe that took 49.80."""
    adapter = stripe_payments(stripe, tmp_path)
    adapter.authorize("o", EUROS, "pm_card_visa")
    adapter.capture("o")
    return adapter


def test_a_refund_tells_stripe_its_id_and_nothing_else(
    stripe: Stripe, payments: StripePayments
) -> None:
    """By that it is found again."""
    payments.refund("o", "r", PART)

    (refund,) = stripe.refunds.values()
    assert refund["metadata"] == {"refund_id": "r"}


def test_a_lost_answer_is_found_and_not_asked_for_again(
    stripe: Stripe, payments: StripePayments
) -> None:
    """The look-up shows the refund."""
    stripe.plan.fail("refund", Fault.LOST_AFTER)
    with pytest.raises(PaymentsUnavailableError):
        payments.refund("o", "r", PART)

    assert payments.refund("o", "r", PART) == PAID_BACK
    assert stripe.steps(named="refund") == ["o:refund:r:1:0"]


def test_a_request_that_was_lost_is_repeated_under_its_key(
    stripe: Stripe, payments: StripePayments
) -> None:
    """It may still be on its way, so Stripe must be able to recognize it."""
    stripe.plan.fail("refund", Fault.LOST_BEFORE)
    with pytest.raises(PaymentsUnavailableError):
        payments.refund("o", "r", PART)

    assert payments.refund("o", "r", PART) == PAID_BACK
    assert stripe.steps(named="refund") == ["o:refund:r:1:0"] * 2


def test_a_kept_fault_gives_the_next_try_another_key(
    stripe: Stripe, payments: StripePayments
) -> None:
    """Its own: another refund's keys stay as they are, as it may be on its way."""
    stripe.plan.fail("refund", Fault.ERROR_BEFORE)
    with pytest.raises(PaymentsUnavailableError):
        payments.refund("o", "r", PART)

    assert [payments.refund("o", name, PART) for name in ("r", "s")] == [PAID_BACK] * 2
    assert stripe.steps(named="refund")[1:] == ["o:refund:r:2:0", "o:refund:s:1:0"]


def test_a_fault_after_the_effect_needs_no_second_try(
    stripe: Stripe, payments: StripePayments
) -> None:
    """The look-up shows that it was paid back, whatever the 500 said."""
    stripe.plan.fail("refund", Fault.ERROR_AFTER)

    assert payments.refund("o", "r", PART) == PAID_BACK
    assert of_stripe(stripe) == Balance(taken=4980, returned=1000)


@pytest.mark.parametrize("refusal", REFUSALS)
def test_a_refund_that_stripe_refuses_is_an_answer(
    stripe: Stripe, payments: StripePayments, refusal: Refused
) -> None:
    """In part or as a whole."""
    stripe.refusals["refund"] = refusal

    assert payments.refund("o", "r", PART) == REFUSED
    assert payments.withdraw("o") is Reversal.REFUSED


def test_a_refund_that_makes_no_sense_is_a_fault(stripe: Stripe, payments: StripePayments) -> None:
    """No bank said no, so nobody is told that one did."""
    stripe.refusals["refund"] = Refused(400, type="invalid_request_error", code="parameter_unknown")

    with pytest.raises(PaymentsUnavailableError, match="parameter_unknown"):
        payments.refund("o", "r", PART)


@pytest.mark.parametrize("status", ["failed", "canceled"])
def test_a_refund_that_fails_at_once_is_refused(
    stripe: Stripe, payments: StripePayments, status: str
) -> None:
    """And paid when it is asked for again later."""
    stripe.refund_status = status
    assert payments.refund("o", "r", PART) == REFUSED
    assert payments.withdraw("o") is Reversal.REFUSED

    stripe.refund_status = "succeeded"

    assert payments.refund("o", "r", PART) == PAID_BACK
    assert payments.withdraw("o") is Reversal.REFUNDED
    assert of_stripe(stripe) == Balance(taken=4980, returned=4980)


@pytest.mark.parametrize("status", ["pending", "requires_action"])
def test_a_refund_that_is_on_its_way_is_done(
    stripe: Stripe, payments: StripePayments, status: str
) -> None:
    """It is not paid a second time while it takes its days."""
    stripe.refund_status = status

    assert [payments.refund("o", "r", PART) for _ in range(2)] == [PAID_BACK] * 2
    assert of_stripe(stripe) == Balance(taken=4980, returned=1000)


def test_a_refund_that_the_bank_sends_back_is_none(
    stripe: Stripe, payments: StripePayments
) -> None:
    """The audit counts the money as kept."""
    payments.refund("o", "r", PART)
    stripe.send_back()

    assert list(payments.payments(EVER)) == [PaymentRecord(order_id="o", captured=4980)]


def test_a_refund_that_the_bank_sent_back_is_paid_again(
    stripe: Stripe, payments: StripePayments
) -> None:
    """Though Stripe keeps the first answer under the first key."""
    payments.refund("o", "r", PART)
    stripe.send_back()

    assert [payments.refund("o", "r", PART) for _ in range(2)] == [PAID_BACK] * 2
    assert of_stripe(stripe) == Balance(taken=4980, returned=1000)


def test_a_withdrawal_that_the_bank_sent_back_is_paid_again(
    stripe: Stripe, payments: StripePayments
) -> None:
    """The kept answer counts for nothing once the look-up shows that nothing came of it."""
    payments.withdraw("o")
    stripe.send_back()
    with pytest.raises(PaymentsUnavailableError, match="nothing has happened"):
        payments.withdraw("o")

    assert payments.withdraw("o") is Reversal.REFUNDED
    assert of_stripe(stripe) == Balance(taken=4980, returned=4980)


def test_a_refund_that_another_one_forestalls_is_too_much(
    stripe: Stripe, payments: StripePayments
) -> None:
    """Stripe refuses it, and a look-up tells why."""
    by_hand = {"payment_intent": "pi_0", "amount": "4500", "metadata[refund_id]": "by hand"}
    stripe.plan.meanwhile["refund"] = lambda: stripe.serve("refund", "", by_hand, "by hand")

    assert payments.refund("o", "r", PART).reason == "aboveCaptured"
    assert of_stripe(stripe) == Balance(taken=4980, returned=4500)


def test_a_refund_is_found_among_many(stripe: Stripe, payments: StripePayments) -> None:
    """On every page of Stripe's list."""
    stripe.page_length = 2
    for number in range(5):
        payments.refund("o", f"r{number}", Money(100, "EUR"))

    assert payments.refund("o", "r0", PART) == PAID_BACK
    assert of_stripe(stripe) == Balance(taken=4980, returned=500)


def test_a_withdrawal_that_a_refund_forestalls_pays_what_is_left_then(
    stripe: Stripe, payments: StripePayments
) -> None:
    """The amount is part of the key, so the smaller rest is no other request under an old key."""
    by_hand = {"payment_intent": "pi_0", "amount": "1000", "metadata[refund_id]": "by hand"}
    stripe.plan.meanwhile["refund"] = lambda: stripe.serve("refund", "", by_hand, "by hand")

    assert payments.withdraw("o") is Reversal.REFUNDED
    assert of_stripe(stripe) == Balance(taken=4980, returned=4980)
