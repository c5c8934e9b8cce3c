"""Partial refunds at a payment gateway, the same for the sandbox and Stripe."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import pytest

from orders.domain.errors import UnavailableError
from orders.domain.money import Money
from orders.domain.results import Refunded, Refused, Reversal
from orders.ports.payments import Payments
from tests.adapters.gateways import Balance, Gateway
from tests.faults import Failing

VISA = "pm_card_visa"
REFUNDED = Refunded()
REFUSED = Refused(reason="refundRefused")
EXCEEDED = Refused(reason="exceedsCaptured")


def euros(minor: int) -> Money:
    """Return an amount in euros."""
    return Money(minor, "EUR")


def capture_payment(gateway: Gateway, method: str = VISA) -> Payments:
    """Capture 49.80, however many responses are lost."""
    gateway.payments.authorize("o", euros(4980), method)
    for _ in range(4):
        with suppress(UnavailableError):
            gateway.payments.capture("o")
    assert gateway.balance() == Balance(captured=4980)
    return gateway.payments


def retry(action: Callable[[], object]) -> object:
    """Call again after each fault, as an orchestration does."""
    for _ in range(9):
        with suppress(UnavailableError):
            return action()
    raise AssertionError("the action never returned a result")


def test_repeated_refund_is_paid_once(gateway: Gateway) -> None:
    """The second call returns the first result."""
    payments = capture_payment(gateway)

    assert [payments.refund("o", "r", euros(1000)) for _ in range(2)] == [REFUNDED] * 2
    assert gateway.balance() == Balance(captured=4980, refunded=1000)


def test_refund_of_another_amount_with_the_same_id_pays_nothing(gateway: Gateway) -> None:
    """The refund ID identifies the refund."""
    payments = capture_payment(gateway)
    payments.refund("o", "r", euros(1000))

    assert payments.refund("o", "r", euros(2000)) == REFUNDED
    assert gateway.balance() == Balance(captured=4980, refunded=1000)


def test_refunds_with_two_ids_are_both_paid(gateway: Gateway) -> None:
    """They may have the same amount."""
    payments = capture_payment(gateway)

    assert [payments.refund("o", name, euros(1000)) for name in ("r", "s")] == [REFUNDED] * 2
    assert gateway.balance() == Balance(captured=4980, refunded=2000)


def test_refund_never_exceeds_the_remaining_amount(gateway: Gateway) -> None:
    """The limit is exact to the cent."""
    payments = capture_payment(gateway)
    payments.refund("o", "r", euros(4000))

    assert payments.refund("o", "s", euros(981)) == EXCEEDED
    assert payments.refund("o", "s", euros(980)) == REFUNDED
    assert payments.refund("o", "t", euros(1)) == EXCEEDED
    assert gateway.balance() == Balance(captured=4980, refunded=4980)


@pytest.mark.parametrize("steps", [[], ["authorize"], ["authorize", "reverse"], ["reverse"]])
def test_refund_without_a_capture_is_refused(gateway: Gateway, steps: list[str]) -> None:
    """It does not matter whether the amount was authorized or voided."""
    arguments = {"authorize": (euros(4980), VISA), "reverse": ()}
    for step in steps:
        getattr(gateway.payments, step)("o", *arguments[step])
    before = gateway.balance()

    assert gateway.payments.refund("o", "r", euros(1000)) == Refused(reason="notCaptured")
    assert gateway.balance() == before


def test_reversal_refunds_the_remaining_amount(gateway: Gateway) -> None:
    """What was refunded before is not refunded again."""
    payments = capture_payment(gateway)
    payments.refund("o", "r", euros(1000))

    assert [payments.reverse("o") for _ in range(2)] == [Reversal.REFUNDED] * 2
    assert gateway.balance() == Balance(captured=4980, refunded=4980)


def test_reversal_after_a_full_refund_pays_nothing(gateway: Gateway) -> None:
    """The result is that the amount is refunded."""
    payments = capture_payment(gateway)
    payments.refund("o", "r", euros(4980))

    assert payments.reverse("o") is Reversal.REFUNDED
    assert gateway.balance() == Balance(captured=4980, refunded=4980)


def test_refund_after_a_reversal_is_refused(gateway: Gateway) -> None:
    """A refund that was paid before is still found."""
    payments = capture_payment(gateway)
    payments.refund("o", "r", euros(1000))
    payments.reverse("o")

    assert payments.refund("o", "s", euros(1)) == EXCEEDED
    assert payments.refund("o", "r", euros(1000)) == REFUNDED
    assert gateway.balance() == Balance(captured=4980, refunded=4980)


def test_refused_refund_may_succeed_later(gateway: Gateway) -> None:
    """A refusal is not recorded."""
    payments = capture_payment(gateway, gateway.refuse("refund"))

    assert [payments.refund("o", "r", euros(9)) for _ in range(2)] == [REFUSED] * 2
    gateway.accept()
    assert payments.refund("o", "r", euros(9)) == REFUNDED
    assert gateway.balance() == Balance(captured=4980, refunded=9)


def test_refused_reversal_may_succeed_later(gateway: Gateway) -> None:
    """The refusal is a result; the amount stays captured until the bank refunds it."""
    payments = capture_payment(gateway, gateway.refuse("refund"))

    assert [payments.reverse("o") for _ in range(2)] == [Reversal.REFUSED] * 2
    assert gateway.balance() == Balance(captured=4980)
    gateway.accept()
    assert payments.reverse("o") is Reversal.REFUNDED
    assert gateway.balance() == Balance(captured=4980, refunded=4980)


def test_refund_that_fails_before_and_after_its_effect_is_paid_once(gateway: Gateway) -> None:
    """A retry gets the result that was lost."""
    failing = Failing(capture_payment(gateway), "refund", before=1, after=1)

    result = retry(lambda: failing.refund("o", "r", euros(1000)))

    assert (result, failing.calls) == (REFUNDED, 3)
    assert gateway.balance() == Balance(captured=4980, refunded=1000)


def test_concurrent_calls_of_one_refund_pay_once(gateway: Gateway) -> None:
    """Every caller gets the same result."""
    payments = capture_payment(gateway)

    with ThreadPoolExecutor(8) as pool:
        results = list(pool.map(lambda _: payments.refund("o", "r", euros(3000)), range(16)))

    assert results == [REFUNDED] * 16
    assert gateway.balance() == Balance(captured=4980, refunded=3000)


def test_concurrent_refunds_never_exceed_the_captured_amount(gateway: Gateway) -> None:
    """Those that come too late are refused."""
    payments = capture_payment(gateway)

    with ThreadPoolExecutor(8) as pool:
        results = list(pool.map(lambda n: payments.refund("o", f"r{n}", euros(1000)), range(16)))

    assert results.count(REFUNDED) == 4
    assert results.count(EXCEEDED) == 12
    assert gateway.balance() == Balance(captured=4980, refunded=4000)


def test_concurrent_refunds_and_reversal_refund_the_captured_amount(gateway: Gateway) -> None:
    """Together they refund all of it, and no more."""
    payments = capture_payment(gateway)

    with ThreadPoolExecutor(8) as pool:
        refunds = [pool.submit(payments.refund, "o", f"r{n}", euros(700)) for n in range(8)]
        reversal = pool.submit(retry, lambda: payments.reverse("o"))

    assert {refund.result() for refund in refunds} <= {REFUNDED, EXCEEDED}
    assert reversal.result() is Reversal.REFUNDED
    assert gateway.balance() == Balance(captured=4980, refunded=4980)
