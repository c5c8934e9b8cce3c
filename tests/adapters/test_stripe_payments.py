"""Is money held, taken and given back once, however Stripe and the wire to it fail?"""

from contextlib import suppress
from pathlib import Path

import pytest

from orders.adapters.order_store.sqlite.references import SqlitePartnerReferences
from orders.adapters.payments.stripe.gateway import StripePayments
from orders.adapters.payments.stripe.intents import StripeIntents
from orders.domain.errors import PaymentsUnavailableError, UnavailableError
from orders.domain.money import Money
from orders.domain.results import Reversal
from tests.adapters.gateways import Balance, of_stripe, stripe_payments
from tests.stripe_server import Refused, Stripe
from tests.wire import Fault

EUROS = Money(4980, "EUR")
VISA = "pm_card_visa"
HELD, ACCEPTED = Balance(held=4980), Balance(taken=4980)
PAID_BACK = Balance(taken=4980, returned=4980)
PART, PAID_BACK_IN_PART = Money(1000, "EUR"), Balance(taken=4980, returned=1000)


@pytest.fixture
def payments(stripe: Stripe, tmp_path: Path) -> StripePayments:
    """Our adapter, asking that Stripe."""
    return stripe_payments(stripe, tmp_path)


def until_it_answers(payments: StripePayments, step: str) -> None:
    """Call a step again after each fault, as the orchestration does."""
    for _ in range(9):
        with suppress(PaymentsUnavailableError):
            match step:
                case "authorize":
                    payments.authorize("o", EUROS, VISA)
                case "capture":
                    payments.capture("o")
                case "refund":
                    payments.refund("o", "r", PART)
                case _:
                    payments.withdraw("o")
            return
    pytest.fail(f"{step} never answers")


#: Each request to Stripe, the steps up to the one that makes it, and what they come to.
REQUESTS = [
    ("create", ["authorize"], HELD),
    ("confirm", ["authorize"], HELD),
    ("capture", ["authorize", "capture"], ACCEPTED),
    ("cancel", ["authorize", "withdraw"], Balance()),
    ("refund", ["authorize", "capture", "withdraw"], PAID_BACK),
    ("refund", ["authorize", "capture", "refund"], PAID_BACK_IN_PART),
    ("refunds", ["authorize", "capture", "refund"], PAID_BACK_IN_PART),
    ("find", ["authorize", "capture", "withdraw"], PAID_BACK),
]


@pytest.mark.parametrize("fault", [fault for fault in Fault if fault is not Fault.SLOW])
@pytest.mark.parametrize("case", REQUESTS, ids=lambda case: f"{case[1][-1]}-{case[0]}")
def test_a_request_that_fails_is_made_good(
    stripe: Stripe, payments: StripePayments, case: tuple[str, list[str], Balance], fault: Fault
) -> None:
    """Before or after its effect, twice in a row: the money is right, and moved once."""
    failing, steps, balance = case
    stripe.plan.fail(failing, fault, fault)

    for step in steps:
        until_it_answers(payments, step)

    assert of_stripe(stripe) == balance


def test_a_kept_fault_is_not_asked_for_for_ever(stripe: Stripe, payments: StripePayments) -> None:
    """Stripe keeps its 500 under the key: after a look-up the next try has another key."""
    stripe.plan.fail("confirm", Fault.ERROR_BEFORE)

    until_it_answers(payments, "authorize")

    assert stripe.steps(named="confirm") == ["o:authorize:1", "o:authorize:2"]


def test_a_lost_answer_is_asked_for_under_the_same_key(
    stripe: Stripe, payments: StripePayments
) -> None:
    """Nobody knows whether an intent was made, so Stripe must be able to recognize the request."""
    stripe.plan.fail("create", Fault.LOST_AFTER)

    until_it_answers(payments, "authorize")

    assert stripe.steps(named="create") == ["o:create:1", "o:create:1"]
    assert len(stripe.intents) == 1


def test_a_fault_after_the_effect_needs_no_second_try(
    stripe: Stripe, payments: StripePayments
) -> None:
    """The look-up shows that the money was taken, whatever the 500 said."""
    payments.authorize("o", EUROS, VISA)
    stripe.plan.fail("capture", Fault.ERROR_AFTER)

    assert payments.capture("o").captured
    assert stripe.steps(named="capture") == ["o:capture:1"]


def test_a_refund_after_a_kept_fault_pays_back_what_is_still_owed(
    stripe: Stripe, payments: StripePayments
) -> None:
    """Somebody paid a part back by hand meanwhile: the same key with another amount is refused."""
    payments.authorize("o", EUROS, VISA)
    payments.capture("o")
    stripe.plan.fail("refund", Fault.ERROR_BEFORE)
    with pytest.raises(PaymentsUnavailableError):
        payments.withdraw("o")
    stripe.intents["pi_0"]["latest_charge"]["amount_refunded"] = 1000

    assert payments.withdraw("o") is Reversal.REFUNDED
    assert of_stripe(stripe) == PAID_BACK


def test_a_slow_stripe_counts_as_unavailable(stripe: Stripe, tmp_path: Path) -> None:
    """Nobody waits longer than the time limit; what was done meanwhile is found."""
    payments = stripe_payments(stripe, tmp_path, timeout=0.5)
    stripe.plan.fail("confirm", Fault.SLOW)

    with pytest.raises(PaymentsUnavailableError, match="did not answer"):
        payments.authorize("o", EUROS, VISA)

    assert payments.authorize("o", EUROS, VISA).approved
    assert stripe.steps(named="confirm") == ["o:authorize:1"]


def test_an_intent_is_known_to_the_book_before_it_is_confirmed(
    stripe: Stripe, payments: StripePayments, tmp_path: Path
) -> None:
    """So nothing is ever held that nobody could find again."""
    references = SqlitePartnerReferences(tmp_path / "orders.sqlite3", "payment_references")
    written: list[str | None] = []
    stripe.plan.meanwhile["confirm"] = lambda: written.append(references.find("o").partner_id)

    payments.authorize("o", EUROS, VISA)

    assert written == list(stripe.intents)


@pytest.mark.parametrize("moment", ["create", "confirm"])
def test_an_undo_during_the_authorization_leaves_nothing_held(
    stripe: Stripe, payments: StripePayments, moment: str
) -> None:
    """Whether it comes before the intent is known, or just before the bank is asked."""
    stripe.plan.meanwhile[moment] = lambda: payments.withdraw("o")

    assert payments.authorize("o", EUROS, VISA).reason == "withdrawn"
    assert payments.withdraw("o") is Reversal.NOTHING
    assert of_stripe(stripe) == Balance()


def test_an_undo_during_the_capture_takes_nothing(stripe: Stripe, payments: StripePayments) -> None:
    """The hold is voided first, and the capture learns it."""
    payments.authorize("o", EUROS, VISA)
    stripe.plan.meanwhile["capture"] = lambda: payments.withdraw("o")

    assert payments.capture("o").reason == "withdrawn"
    assert of_stripe(stripe) == Balance()


def test_a_capture_during_the_undo_is_paid_back(stripe: Stripe, payments: StripePayments) -> None:
    """The money is taken between the look-up and the void, so the void turns into a refund."""
    payments.authorize("o", EUROS, VISA)
    stripe.plan.meanwhile["cancel"] = lambda: stripe.serve("capture", "pi_0", {}, "by hand")

    assert payments.withdraw("o") is Reversal.REFUNDED
    assert of_stripe(stripe) == PAID_BACK


@pytest.mark.parametrize("cause", ["automatic", "expired"])
def test_a_hold_that_the_bank_let_go_cannot_be_taken(
    stripe: Stripe, payments: StripePayments, cause: str
) -> None:
    """After some days a hold expires, and Stripe cancels the intent by itself."""
    payments.authorize("o", EUROS, VISA)
    stripe.intents["pi_0"].update(status="canceled", cancellation_reason=cause)

    assert payments.capture("o").reason == "captureRefused"


@pytest.mark.parametrize(
    "refusal",
    [
        Refused(402, type="card_error", code="card_declined", decline_code="lost_card"),
        Refused(400, type="invalid_request_error", code="charge_expired_for_capture"),
        Refused(400, type="invalid_request_error", code="capture_charge_authorization_expired"),
    ],
)
def test_a_capture_that_stripe_refuses_is_an_answer(
    stripe: Stripe, payments: StripePayments, refusal: Refused
) -> None:
    """Neither the bank nor time will have it."""
    payments.authorize("o", EUROS, VISA)
    stripe.refusals["capture"] = refusal

    assert payments.capture("o").reason == "captureRefused"


def test_a_capture_that_makes_no_sense_is_a_fault(stripe: Stripe, payments: StripePayments) -> None:
    """No bank said no, so the customer is not told that one did."""
    payments.authorize("o", EUROS, VISA)
    stripe.refusals["capture"] = Refused(
        400, type="invalid_request_error", code="parameter_unknown"
    )

    with pytest.raises(PaymentsUnavailableError, match="parameter_unknown"):
        payments.capture("o")


def test_a_payment_that_is_still_under_way_is_waited_for(
    stripe: Stripe, payments: StripePayments
) -> None:
    """Neither yes nor no: it is asked again later."""
    stripe.plan.meanwhile["find"] = lambda: stripe.intents["pi_0"].update(status="processing")

    with pytest.raises(PaymentsUnavailableError, match="still processing"):
        payments.authorize("o", EUROS, VISA)


def test_an_order_that_stripe_will_not_have_is_a_fault(
    stripe: Stripe, payments: StripePayments
) -> None:
    """Such as one for a few cents. The error tells Stripe's code, and no sentence of Stripe's."""
    with pytest.raises(PaymentsUnavailableError, match=r"answered 400.*amount_too_small") as caught:
        payments.authorize("o", Money(1, "EUR"), VISA)

    assert "sentence" not in str(caught.value)
    assert stripe.intents == {}


def test_a_wrong_api_key_is_a_fault(stripe: Stripe, tmp_path: Path) -> None:
    """It says which status Stripe answered with, and never the key."""
    references = SqlitePartnerReferences(tmp_path / "orders.sqlite3", "payment_references")
    payments = StripePayments(StripeIntents("sk_wrong", stripe.url), references)

    with pytest.raises(PaymentsUnavailableError, match="answered 401") as caught:
        payments.authorize("o", EUROS, VISA)

    assert "sk_wrong" not in str(caught.value)


def test_without_the_book_stripe_is_not_asked(stripe: Stripe, tmp_path: Path) -> None:
    """An intent whose id cannot be written down would be lost."""
    (tmp_path / "file").write_text("in the way")

    with pytest.raises(UnavailableError):
        stripe_payments(stripe, tmp_path / "file").authorize("o", EUROS, VISA)

    assert stripe.requests == []


def test_stripe_learns_the_order_and_nothing_of_the_customer(
    stripe: Stripe, payments: StripePayments
) -> None:
    """Amount, currency, the token of the payment method, and the order's id."""
    payments.authorize("o", EUROS, VISA)

    (intent,) = stripe.intents.values()
    assert intent["metadata"] == {"order_id": "o"}
    assert (intent["amount"], intent["currency"]) == (4980, "eur")
