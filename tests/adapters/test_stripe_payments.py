"""Payments by Stripe: faults, races, and what Stripe gets to know."""

from contextlib import suppress
from pathlib import Path

import pytest

from orders.adapters.order_store.sqlite.references import SqlitePartnerReferences
from orders.adapters.payments.stripe.gateway import StripePayments
from orders.domain.errors import PaymentsUnavailableError, UnavailableError
from orders.domain.money import Money
from orders.domain.results import Authorized, Captured, Refused, Reversal
from tests.adapters.gateways import Balance, stripe_balance, stripe_payments
from tests.stripe_responses import PARAMETERS, RefusedError
from tests.stripe_server import Stripe
from tests.wire import Fault

AMOUNT = Money(4980, "EUR")
PART = Money(1000, "EUR")
VISA = "pm_card_visa"
HELD, CAPTURED = Balance(held=4980), Balance(captured=4980)
REFUNDED = Balance(captured=4980, refunded=4980)
PARTLY_REFUNDED = Balance(captured=4980, refunded=1000)


@pytest.fixture
def payments(stripe: Stripe, tmp_path: Path) -> StripePayments:
    """The adapter, connected to the simulated Stripe."""
    return stripe_payments(stripe, tmp_path)


def retry(payments: StripePayments, step: str) -> None:
    """Repeat a step after each fault, as the orchestration does."""
    for _ in range(9):
        with suppress(PaymentsUnavailableError):
            match step:
                case "authorize":
                    payments.authorize("o", AMOUNT, VISA)
                case "capture":
                    payments.capture("o")
                case "refund":
                    payments.refund("o", "r", PART)
                case _:
                    payments.reverse("o")
            return
    pytest.fail(f"{step} never returned a result")


#: Each request to Stripe, the steps up to the one that makes it, and the balance after them.
REQUESTS = [
    ("create", ["authorize"], HELD),
    ("confirm", ["authorize"], HELD),
    ("capture", ["authorize", "capture"], CAPTURED),
    ("cancel", ["authorize", "reverse"], Balance()),
    ("refund", ["authorize", "capture", "reverse"], REFUNDED),
    ("refund", ["authorize", "capture", "refund"], PARTLY_REFUNDED),
    ("refunds", ["authorize", "capture", "refund"], PARTLY_REFUNDED),
    ("find", ["authorize", "capture", "reverse"], REFUNDED),
]
FAULTS = [fault for fault in Fault if fault is not Fault.SLOW]


@pytest.mark.parametrize("fault", FAULTS)
def test_gateway_that_does_not_answer_is_unavailable(
    stripe: Stripe, payments: StripePayments, fault: Fault
) -> None:
    """It is available as soon as it answers the next look-up."""
    stripe.plan.fail("list", fault)

    assert [payments.is_available() for _ in range(2)] == [False, True]


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("case", REQUESTS, ids=lambda case: f"{case[1][-1]}-{case[0]}")
def test_failed_request_has_its_effect_once(
    stripe: Stripe, payments: StripePayments, case: tuple[str, list[str], Balance], fault: Fault
) -> None:
    """The request fails twice, before or after its effect."""
    failing, steps, balance = case
    stripe.plan.fail(failing, fault, fault)

    for step in steps:
        retry(payments, step)

    assert stripe_balance(stripe) == balance


def test_stored_failure_changes_the_key(stripe: Stripe, payments: StripePayments) -> None:
    """Stripe stores its 500 under the first key."""
    stripe.plan.fail("confirm", Fault.ERROR_BEFORE)

    retry(payments, "authorize")

    assert stripe.keys_of("confirm") == ["o:authorize:1", "o:authorize:2"]


def test_lost_response_is_requested_with_the_same_key(
    stripe: Stripe, payments: StripePayments
) -> None:
    """An intent may have been created, so Stripe must recognize the repeat."""
    stripe.plan.fail("create", Fault.LOST_AFTER)

    retry(payments, "authorize")

    assert stripe.keys_of("create") == ["o:create:1", "o:create:1"]
    assert len(stripe.intents) == 1


def test_failure_after_the_effect_is_looked_up(stripe: Stripe, payments: StripePayments) -> None:
    """The look-up shows that the amount is captured, although the response was 500."""
    payments.authorize("o", AMOUNT, VISA)
    stripe.plan.fail("capture", Fault.ERROR_AFTER)

    assert payments.capture("o") == Captured()
    assert stripe.keys_of("capture") == ["o:capture:1"]


def test_reversal_after_a_stored_failure_refunds_the_remainder(
    stripe: Stripe, payments: StripePayments
) -> None:
    """A part was refunded meanwhile, and Stripe refuses the first key with another amount."""
    payments.authorize("o", AMOUNT, VISA)
    payments.capture("o")
    stripe.plan.fail("refund", Fault.ERROR_BEFORE)
    with pytest.raises(PaymentsUnavailableError):
        payments.reverse("o")
    stripe.intents["pi_0"]["latest_charge"]["amount_refunded"] = 1000

    assert payments.reverse("o") is Reversal.REFUNDED
    assert stripe_balance(stripe) == REFUNDED


def test_slow_stripe_is_unavailable(stripe: Stripe, tmp_path: Path) -> None:
    """The call ends with its timeout, and the retry finds the authorization."""
    payments = stripe_payments(stripe, tmp_path, timeout=0.5)
    stripe.plan.fail("confirm", Fault.SLOW)

    with pytest.raises(PaymentsUnavailableError, match="did not answer"):
        payments.authorize("o", AMOUNT, VISA)

    assert payments.authorize("o", AMOUNT, VISA) == Authorized()
    assert stripe.keys_of("confirm") == ["o:authorize:1"]


def test_intent_is_stored_before_it_is_confirmed(
    stripe: Stripe, payments: StripePayments, tmp_path: Path
) -> None:
    """No amount is ever authorized under an unknown ID."""
    references = SqlitePartnerReferences(tmp_path / "orders.sqlite3", "payment_references")
    stored: list[str | None] = []
    stripe.plan.concurrent_calls["confirm"] = lambda: stored.append(references.find("o").partner_id)

    payments.authorize("o", AMOUNT, VISA)

    assert stored == list(stripe.intents)


@pytest.mark.parametrize("step", ["create", "confirm"])
def test_reversal_during_the_authorization_leaves_nothing_held(
    stripe: Stripe, payments: StripePayments, step: str
) -> None:
    """It may come before the intent exists, or before it is confirmed."""
    stripe.plan.concurrent_calls[step] = lambda: payments.reverse("o")

    assert payments.authorize("o", AMOUNT, VISA) == Refused(reason="alreadyUndone")
    assert payments.reverse("o") is Reversal.NOTHING
    assert stripe_balance(stripe) == Balance()


def test_reversal_during_the_capture_leaves_nothing_captured(
    stripe: Stripe, payments: StripePayments
) -> None:
    """The authorization is voided first."""
    payments.authorize("o", AMOUNT, VISA)
    stripe.plan.concurrent_calls["capture"] = lambda: payments.reverse("o")

    assert payments.capture("o") == Refused(reason="alreadyUndone")
    assert stripe_balance(stripe) == Balance()


def test_capture_during_the_reversal_is_refunded(stripe: Stripe, payments: StripePayments) -> None:
    """The amount is captured between look-up and void, so the reversal refunds it."""
    payments.authorize("o", AMOUNT, VISA)
    stripe.plan.concurrent_calls["cancel"] = lambda: stripe.serve("capture", "pi_0", {}, "other")

    assert payments.reverse("o") is Reversal.REFUNDED
    assert stripe_balance(stripe) == REFUNDED


@pytest.mark.parametrize("reason", ["automatic", "expired"])
def test_capture_of_an_expired_authorization_is_refused(
    stripe: Stripe, payments: StripePayments, reason: str
) -> None:
    """An authorization expires after some days, and Stripe cancels the intent."""
    payments.authorize("o", AMOUNT, VISA)
    stripe.intents["pi_0"].update(status="canceled", cancellation_reason=reason)

    assert payments.capture("o") == Refused(reason="captureRefused")


@pytest.mark.parametrize(
    "refusal",
    [
        RefusedError(402, type="card_error", code="card_declined", decline_code="lost_card"),
        RefusedError(400, type="invalid_request_error", code="charge_expired_for_capture"),
        RefusedError(
            400, type="invalid_request_error", code="capture_charge_authorization_expired"
        ),
    ],
)
def test_refused_capture_is_a_result(
    stripe: Stripe, payments: StripePayments, refusal: RefusedError
) -> None:
    """The bank refuses, or the authorization has expired."""
    payments.authorize("o", AMOUNT, VISA)
    stripe.refusals["capture"] = refusal

    assert payments.capture("o") == Refused(reason="captureRefused")


def test_invalid_capture_request_raises(stripe: Stripe, payments: StripePayments) -> None:
    """It is not a refusal by the bank."""
    payments.authorize("o", AMOUNT, VISA)
    stripe.refusals["capture"] = RefusedError(
        400, type="invalid_request_error", code="parameter_unknown"
    )

    with pytest.raises(PaymentsUnavailableError, match="parameter_unknown"):
        payments.capture("o")


def test_payment_in_progress_raises(stripe: Stripe, payments: StripePayments) -> None:
    """It is neither approved nor declined, so the orchestration retries."""
    stripe.plan.concurrent_calls["find"] = lambda: stripe.intents["pi_0"].update(
        status="processing"
    )

    with pytest.raises(PaymentsUnavailableError, match="still processing"):
        payments.authorize("o", AMOUNT, VISA)


def test_invalid_payment_request_raises_without_messages_of_stripe(
    stripe: Stripe, payments: StripePayments, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A parameter is unknown; the error has Stripe's code only."""
    monkeypatch.setitem(PARAMETERS, "create", set())
    with pytest.raises(PaymentsUnavailableError, match=r"answered 400.*parameter_unkn") as raised:
        payments.authorize("o", AMOUNT, VISA)

    assert "a message of Stripe" not in str(raised.value)
    assert stripe.intents == {}


def test_invalid_api_key_raises_without_revealing_it(stripe: Stripe, tmp_path: Path) -> None:
    """The error has the status of the response."""
    references = SqlitePartnerReferences(tmp_path / "orders.sqlite3", "payment_references")
    payments = StripePayments("sk_wrong", references, stripe.url)

    with pytest.raises(PaymentsUnavailableError, match="answered 401") as raised:
        payments.authorize("o", AMOUNT, VISA)

    assert "sk_wrong" not in str(raised.value)


def test_unavailable_order_store_prevents_requests_to_stripe(
    stripe: Stripe, tmp_path: Path
) -> None:
    """An intent whose ID cannot be stored would be lost."""
    (tmp_path / "file").write_text("a file with this name")

    with pytest.raises(UnavailableError):
        stripe_payments(stripe, tmp_path / "file").authorize("o", AMOUNT, VISA)

    assert stripe.requests == []


def test_stripe_gets_no_personal_data(stripe: Stripe, payments: StripePayments) -> None:
    """It gets the amount, the currency, the payment method's token and the order ID."""
    payments.authorize("o", AMOUNT, VISA)

    (intent,) = stripe.intents.values()
    assert intent["metadata"] == {"order_id": "o"}
    assert (intent["amount"], intent["currency"]) == (4980, "eur")
