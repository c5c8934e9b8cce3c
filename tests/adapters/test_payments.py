"""Payment gateways: authorize, capture and reverse, the same for the sandbox and Stripe.

Partial refunds: see `test_payment_refunds`.
"""

from concurrent.futures import ThreadPoolExecutor

import pytest

from orders.domain.errors import PaymentsUnavailableError
from orders.domain.money import Money
from orders.domain.results import Authorized, Captured, Refused, Reversal
from tests.adapters.gateways import Balance, Gateway

AMOUNT = Money(4980, "EUR")
ALREADY_UNDONE = Refused(reason="alreadyUndone")
VISA = "pm_card_visa"


def test_repeated_authorization_holds_the_amount_once(gateway: Gateway) -> None:
    """The second call returns the first result."""
    assert gateway.payments.authorize("o", AMOUNT, VISA) == Authorized()
    assert gateway.payments.authorize("o", AMOUNT, VISA) == Authorized()
    assert gateway.balance() == Balance(held=4980)


def test_concurrent_authorizations_hold_the_amount_once(gateway: Gateway) -> None:
    """The number of callers does not matter."""
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: gateway.payments.authorize("o", AMOUNT, VISA), range(16)))

    assert gateway.balance() == Balance(held=4980)


@pytest.mark.parametrize(
    ("method", "reason"),
    [
        ("pm_card_chargeDeclined", "cardDeclined"),
        ("pm_card_chargeDeclinedInsufficientFunds", "insufficientFunds"),
        ("pm_card_chargeDeclinedExpiredCard", "expiredCard"),
        ("pm_card_chargeDeclinedIncorrectCvc", "incorrectCvc"),
        ("pm_card_chargeDeclinedProcessingError", "processingError"),
        ("pm_card_authenticationRequired", "customerActionRequired"),
        ("pm_unknown", "unknownPaymentMethod"),
    ],
)
def test_decline_is_a_result_and_final(gateway: Gateway, method: str, reason: str) -> None:
    """A repeat returns the same reason, and nothing is held."""
    declined = Refused(reason=reason)

    assert [gateway.payments.authorize("o", AMOUNT, method) for _ in range(2)] == [declined] * 2
    assert gateway.payments.capture("o") == Refused(reason="noAuthorization")
    assert gateway.payments.reverse("o") is Reversal.NOTHING
    assert gateway.balance() == Balance()


def test_repeated_capture_takes_the_amount_once(gateway: Gateway) -> None:
    """The second call returns the first result."""
    gateway.payments.authorize("o", AMOUNT, VISA)

    assert [gateway.payments.capture("o") for _ in range(2)] == [Captured()] * 2
    assert gateway.balance() == Balance(captured=4980)


def test_refused_capture_is_a_result(gateway: Gateway) -> None:
    """Nothing is captured, and the authorization can be voided."""
    gateway.payments.authorize("o", AMOUNT, gateway.refuse("capture"))

    assert gateway.payments.capture("o") == Refused(reason="captureRefused")
    assert gateway.balance() == Balance(held=4980)
    assert gateway.payments.reverse("o") is Reversal.VOIDED


def test_refused_capture_may_succeed_later(gateway: Gateway) -> None:
    """A refusal is not recorded."""
    gateway.payments.authorize("o", AMOUNT, gateway.refuse("capture"))
    gateway.payments.capture("o")

    gateway.accept()

    assert gateway.payments.capture("o") == Captured()
    assert gateway.balance() == Balance(captured=4980)


def test_authorization_after_the_capture_is_approved(gateway: Gateway) -> None:
    """An order that is restarted from the start finds its payment."""
    gateway.payments.authorize("o", AMOUNT, VISA)
    gateway.payments.capture("o")

    assert gateway.payments.authorize("o", AMOUNT, VISA) == Authorized()
    assert gateway.balance() == Balance(captured=4980)


def test_capture_without_authorization_is_refused(gateway: Gateway) -> None:
    """The reason says so."""
    assert gateway.payments.capture("o") == Refused(reason="noAuthorization")
    assert gateway.balance() == Balance()


def test_reversal_voids_an_open_authorization(gateway: Gateway) -> None:
    """No money is refunded; a repeat returns the same result."""
    gateway.payments.authorize("o", AMOUNT, VISA)

    assert [gateway.payments.reverse("o") for _ in range(2)] == [Reversal.VOIDED] * 2
    assert gateway.balance() == Balance()


def test_reversal_refunds_a_captured_amount_once(gateway: Gateway) -> None:
    """The whole amount is refunded; a repeat returns the same result."""
    gateway.payments.authorize("o", AMOUNT, VISA)
    gateway.payments.capture("o")

    assert [gateway.payments.reverse("o") for _ in range(2)] == [Reversal.REFUNDED] * 2
    assert gateway.balance() == Balance(captured=4980, refunded=4980)


def test_late_authorization_after_a_reversal_is_refused(gateway: Gateway) -> None:
    """The reversal leaves a tombstone, even without a payment."""
    assert gateway.payments.reverse("o") is Reversal.NOTHING
    assert gateway.payments.authorize("o", AMOUNT, VISA) == ALREADY_UNDONE
    assert gateway.balance() == Balance()


def test_late_capture_after_a_reversal_is_refused(gateway: Gateway) -> None:
    """The authorization is void."""
    gateway.payments.authorize("o", AMOUNT, VISA)
    gateway.payments.reverse("o")

    assert gateway.payments.capture("o") == ALREADY_UNDONE
    assert gateway.balance() == Balance()


def test_concurrent_reversals_refund_once(gateway: Gateway) -> None:
    """A caller that meets another one's request raises and retries later."""
    gateway.payments.authorize("o", AMOUNT, VISA)
    gateway.payments.capture("o")

    with ThreadPoolExecutor(8) as pool:
        results = set(pool.map(lambda _: _reverse(gateway), range(16)))

    assert results <= {Reversal.REFUNDED, None}
    assert gateway.balance() == Balance(captured=4980, refunded=4980)


def test_reversal_of_one_order_does_not_affect_another(gateway: Gateway) -> None:
    """Each order has its own keys."""
    gateway.payments.reverse("o")

    assert gateway.payments.authorize("other", AMOUNT, VISA) == Authorized()
    assert gateway.balance() == Balance(held=4980)


def _reverse(gateway: Gateway) -> Reversal | None:
    try:
        return gateway.payments.reverse("o")
    except PaymentsUnavailableError:
        return None
