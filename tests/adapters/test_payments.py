"""Does a payment gateway treat money as it should? The same for the sandbox and for Stripe.

How it pays back a part: test_refunds.py.
"""

from concurrent.futures import ThreadPoolExecutor

import pytest

from orders.domain.errors import PaymentsUnavailableError
from orders.domain.money import Money
from orders.domain.results import Authorization, Capture, Reversal
from tests.adapters.gateways import Balance, Gateway

EUROS = Money(4980, "EUR")
APPROVED = Authorization(approved=True)
ALREADY_UNDONE = "withdrawn"
VISA = "pm_card_visa"


def test_a_repeated_authorization_is_the_first_one(gateway: Gateway) -> None:
    """The amount is held once."""
    assert gateway.payments.authorize("o", EUROS, VISA) == APPROVED
    assert gateway.payments.authorize("o", EUROS, VISA) == APPROVED
    assert gateway.balance() == Balance(held=4980)


def test_authorizations_that_race_hold_the_amount_once(gateway: Gateway) -> None:
    """However many come at the same time."""
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: gateway.payments.authorize("o", EUROS, VISA), range(16)))

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
        ("pm_nobody_knows", "unknownPaymentMethod"),
    ],
)
def test_a_decline_is_an_answer_and_stays_one(gateway: Gateway, method: str, reason: str) -> None:
    """Asked again, the bank says the same, and nothing is held."""
    declined = Authorization(approved=False, reason=reason)

    assert [gateway.payments.authorize("o", EUROS, method) for _ in range(2)] == [declined] * 2
    assert gateway.payments.capture("o").reason == "noHold"
    assert gateway.payments.withdraw("o") is Reversal.NOTHING
    assert gateway.balance() == Balance()


def test_a_repeated_capture_takes_the_money_once(gateway: Gateway) -> None:
    """The second answers as the first."""
    gateway.payments.authorize("o", EUROS, VISA)

    assert [gateway.payments.capture("o") for _ in range(2)] == [Capture(captured=True)] * 2
    assert gateway.balance() == Balance(taken=4980)


def test_a_capture_that_the_bank_refuses_takes_nothing(gateway: Gateway) -> None:
    """It is an answer, and the hold can be given back."""
    gateway.payments.authorize("o", EUROS, gateway.refuse("capture"))

    assert gateway.payments.capture("o") == Capture(captured=False, reason="captureRefused")
    assert gateway.balance() == Balance(held=4980)
    assert gateway.payments.withdraw("o") is Reversal.VOIDED


def test_a_capture_that_was_refused_may_be_accepted_later(gateway: Gateway) -> None:
    """A refusal leaves no mark."""
    gateway.payments.authorize("o", EUROS, gateway.refuse("capture"))
    gateway.payments.capture("o")

    gateway.relent()

    assert gateway.payments.capture("o") == Capture(captured=True)
    assert gateway.balance() == Balance(taken=4980)


def test_an_authorization_after_the_capture_is_still_approved(gateway: Gateway) -> None:
    """An order that is run again from the start finds its money."""
    gateway.payments.authorize("o", EUROS, VISA)
    gateway.payments.capture("o")

    assert gateway.payments.authorize("o", EUROS, VISA) == APPROVED
    assert gateway.balance() == Balance(taken=4980)


def test_without_an_authorization_nothing_is_captured(gateway: Gateway) -> None:
    """There is no hold."""
    assert gateway.payments.capture("o").reason == "noHold"
    assert gateway.balance() == Balance()


def test_an_open_hold_is_voided(gateway: Gateway) -> None:
    """No money moved, so none is paid back; a repetition answers the same."""
    gateway.payments.authorize("o", EUROS, VISA)

    assert [gateway.payments.withdraw("o") for _ in range(2)] == [Reversal.VOIDED] * 2
    assert gateway.balance() == Balance()


def test_captured_money_is_refunded(gateway: Gateway) -> None:
    """A void would be a lie: the money is paid back, all of it, once."""
    gateway.payments.authorize("o", EUROS, VISA)
    gateway.payments.capture("o")

    assert [gateway.payments.withdraw("o") for _ in range(2)] == [Reversal.REFUNDED] * 2
    assert gateway.balance() == Balance(taken=4980, returned=4980)


def test_an_authorization_that_comes_after_its_undo_does_nothing(gateway: Gateway) -> None:
    """The undo left a mark although there was nothing to undo."""
    assert gateway.payments.withdraw("o") is Reversal.NOTHING
    assert gateway.payments.authorize("o", EUROS, VISA).reason == ALREADY_UNDONE
    assert gateway.balance() == Balance()


def test_a_capture_that_comes_after_its_undo_does_nothing(gateway: Gateway) -> None:
    """The hold is gone."""
    gateway.payments.authorize("o", EUROS, VISA)
    gateway.payments.withdraw("o")

    assert gateway.payments.capture("o").reason == ALREADY_UNDONE
    assert gateway.balance() == Balance()


def test_withdrawals_that_race_pay_back_once(gateway: Gateway) -> None:
    """Never more than was taken. Whoever meets another one's request tries again later."""
    gateway.payments.authorize("o", EUROS, VISA)
    gateway.payments.capture("o")

    with ThreadPoolExecutor(8) as pool:
        answers = set(pool.map(lambda _: _withdraw(gateway), range(16)))

    assert answers <= {Reversal.REFUNDED, None}
    assert gateway.balance() == Balance(taken=4980, returned=4980)


def test_two_orders_do_not_touch_each_other(gateway: Gateway) -> None:
    """Keys belong to one order."""
    gateway.payments.withdraw("o")

    assert gateway.payments.authorize("other", EUROS, VISA) == APPROVED
    assert gateway.balance() == Balance(held=4980)


def _withdraw(gateway: Gateway) -> Reversal | None:
    try:
        return gateway.payments.withdraw("o")
    except PaymentsUnavailableError:
        return None
