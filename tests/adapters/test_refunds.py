"""Does a payment gateway pay back what it is asked to, once, and never more than it took?

The same for the sandbox and for Stripe.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import pytest

from orders.domain.errors import UnavailableError
from orders.domain.money import Money
from orders.domain.results import Refund, Reversal
from orders.ports.payments import Payments
from tests.adapters.gateways import Balance, Gateway
from tests.faults import Failing

VISA = "pm_card_visa"
PAID_BACK = Refund(refunded=True)


def euros(minor: int) -> Money:
    """An amount."""
    return Money(minor, "EUR")


def pay(gateway: Gateway, method: str = VISA) -> Payments:
    """Take 49.80, whatever answers are lost."""
    gateway.payments.authorize("o", euros(4980), method)
    for _ in range(4):
        with suppress(UnavailableError):
            gateway.payments.capture("o")
    assert gateway.balance() == Balance(taken=4980)
    return gateway.payments


def until_it_answers(act: Callable[[], object]) -> object:
    """Ask again after each fault, as an orchestration does."""
    for _ in range(9):
        with suppress(UnavailableError):
            return act()
    raise AssertionError("it never answers")


def test_a_repeated_refund_is_the_first_one(gateway: Gateway) -> None:
    """The part is paid back once."""
    payments = pay(gateway)

    assert [payments.refund("o", "r", euros(1000)) for _ in range(2)] == [PAID_BACK] * 2
    assert gateway.balance() == Balance(taken=4980, returned=1000)


def test_a_refund_of_another_amount_under_the_same_id_pays_nothing(gateway: Gateway) -> None:
    """The id counts: it is answered as the first one was."""
    payments = pay(gateway)
    payments.refund("o", "r", euros(1000))

    assert payments.refund("o", "r", euros(2000)) == PAID_BACK
    assert gateway.balance() == Balance(taken=4980, returned=1000)


def test_two_refunds_are_two(gateway: Gateway) -> None:
    """Even of the same amount."""
    payments = pay(gateway)

    assert [payments.refund("o", name, euros(1000)) for name in ("r", "s")] == [PAID_BACK] * 2
    assert gateway.balance() == Balance(taken=4980, returned=2000)


def test_no_more_is_paid_back_than_is_left(gateway: Gateway) -> None:
    """To the last cent, and not one more."""
    payments = pay(gateway)
    payments.refund("o", "r", euros(4000))

    assert payments.refund("o", "s", euros(981)).reason == "aboveCaptured"
    assert payments.refund("o", "s", euros(980)) == PAID_BACK
    assert payments.refund("o", "t", euros(1)).reason == "aboveCaptured"
    assert gateway.balance() == Balance(taken=4980, returned=4980)


@pytest.mark.parametrize("steps", [[], ["authorize"], ["authorize", "withdraw"], ["withdraw"]])
def test_what_was_not_taken_is_not_paid_back(gateway: Gateway, steps: list[str]) -> None:
    """Whether nothing was held, or the hold was given back."""
    arguments = {"authorize": (euros(4980), VISA), "withdraw": ()}
    for step in steps:
        getattr(gateway.payments, step)("o", *arguments[step])
    before = gateway.balance()

    assert gateway.payments.refund("o", "r", euros(1000)).reason == "notCaptured"
    assert gateway.balance() == before


def test_a_withdrawal_gives_back_the_rest(gateway: Gateway) -> None:
    """What was paid back before is not paid back again."""
    payments = pay(gateway)
    payments.refund("o", "r", euros(1000))

    assert [payments.withdraw("o") for _ in range(2)] == [Reversal.REFUNDED] * 2
    assert gateway.balance() == Balance(taken=4980, returned=4980)


def test_where_all_is_paid_back_a_withdrawal_pays_nothing(gateway: Gateway) -> None:
    """The customer is whole already, and that is what it answers."""
    payments = pay(gateway)
    payments.refund("o", "r", euros(4980))

    assert payments.withdraw("o") is Reversal.REFUNDED
    assert gateway.balance() == Balance(taken=4980, returned=4980)


def test_after_a_withdrawal_nothing_is_left_to_pay_back(gateway: Gateway) -> None:
    """A refund that was paid before is still found."""
    payments = pay(gateway)
    payments.refund("o", "r", euros(1000))
    payments.withdraw("o")

    assert payments.refund("o", "s", euros(1)).reason == "aboveCaptured"
    assert payments.refund("o", "r", euros(1000)) == PAID_BACK
    assert gateway.balance() == Balance(taken=4980, returned=4980)


def test_a_refund_that_was_refused_may_be_accepted_later(gateway: Gateway) -> None:
    """A refusal leaves no mark."""
    payments = pay(gateway, gateway.refuse("refund"))

    assert [payments.refund("o", "r", euros(9)).reason for _ in range(2)] == ["refundRefused"] * 2
    gateway.relent()
    assert payments.refund("o", "r", euros(9)) == PAID_BACK
    assert gateway.balance() == Balance(taken=4980, returned=9)


def test_a_withdrawal_that_was_refused_may_be_accepted_later(gateway: Gateway) -> None:
    """It is an answer; the money stays taken until the bank gives it back."""
    payments = pay(gateway, gateway.refuse("refund"))

    assert [payments.withdraw("o") for _ in range(2)] == [Reversal.REFUSED] * 2
    assert gateway.balance() == Balance(taken=4980)
    gateway.relent()
    assert payments.withdraw("o") is Reversal.REFUNDED
    assert gateway.balance() == Balance(taken=4980, returned=4980)


def test_a_refund_that_fails_before_and_after_its_effect_is_paid_once(gateway: Gateway) -> None:
    """Whoever asks again gets the answer that was lost."""
    failing = Failing(pay(gateway), "refund", before=1, after=1)

    answer = until_it_answers(lambda: failing.refund("o", "r", euros(1000)))

    assert (answer, failing.calls) == (PAID_BACK, 3)
    assert gateway.balance() == Balance(taken=4980, returned=1000)


def test_a_refund_that_races_with_itself_is_paid_once(gateway: Gateway) -> None:
    """However many ask at the same time."""
    payments = pay(gateway)

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: payments.refund("o", "r", euros(3000)), range(16)))

    assert answers == [PAID_BACK] * 16
    assert gateway.balance() == Balance(taken=4980, returned=3000)


def test_refunds_that_race_pay_back_no_more_than_was_taken(gateway: Gateway) -> None:
    """Who comes too late is told that it is too much."""
    payments = pay(gateway)

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda n: payments.refund("o", f"r{n}", euros(1000)), range(16)))

    assert answers.count(PAID_BACK) == 4
    assert [answer.reason for answer in answers].count("aboveCaptured") == 12
    assert gateway.balance() == Balance(taken=4980, returned=4000)


def test_refunds_that_race_with_a_withdrawal_leave_nothing_over(gateway: Gateway) -> None:
    """Together they pay back what was taken."""
    payments = pay(gateway)

    with ThreadPoolExecutor(8) as pool:
        parts = [pool.submit(payments.refund, "o", f"r{n}", euros(700)) for n in range(8)]
        rest = pool.submit(until_it_answers, lambda: payments.withdraw("o"))

    assert {part.result().reason for part in parts} <= {None, "aboveCaptured"}
    assert rest.result() is Reversal.REFUNDED
    assert gateway.balance() == Balance(taken=4980, returned=4980)
