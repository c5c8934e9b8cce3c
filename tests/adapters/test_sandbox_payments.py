"""Does the sandbox gateway fail as its table says? How it treats money: test_payments.py."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from local_host.host.clock import VirtualClock
from orders.adapters.payments.sandbox import methods as sandbox_methods
from orders.adapters.payments.sandbox.gateway import SandboxPayments
from orders.adapters.system_clock import SystemClock
from orders.domain.errors import PaymentsUnavailableError
from orders.domain.money import Money
from orders.domain.results import Reversal

EUROS = Money(4980, "EUR")


@pytest.fixture
def payments(tmp_path: Path) -> SandboxPayments:
    """A gateway that never saw an order."""
    return SandboxPayments(tmp_path / "sandbox.sqlite3", SystemClock())


def kinds(payments: SandboxPayments) -> list[str]:
    """The ledger, oldest first."""
    return [entry.kind for entry in payments.ledger.entries()]


def faults_of(act: Callable[[], object]) -> int:
    """How often a call raises before it answers."""
    for faults in range(9):
        try:
            act()
        except PaymentsUnavailableError:
            continue
        return faults
    raise AssertionError("it never answers")


def test_a_gateway_that_is_down_does_nothing(payments: SandboxPayments) -> None:
    """Not at the first call, and not at the tenth."""
    for _ in range(10):
        with pytest.raises(PaymentsUnavailableError):
            payments.authorize("o", EUROS, sandbox_methods.UNAVAILABLE)

    assert kinds(payments) == []


def test_every_payment_method_of_the_table_exists() -> None:
    """The table that people read is the table that the sandbox follows."""
    rows = [line for line in str(sandbox_methods.__doc__).splitlines() if "| pm_" in line]

    for row in rows:
        cells = [cell.strip() for cell in row.strip("|").split("|")]
        method = cells[0].split(",")[0]
        reason = sandbox_methods.decline_reason(method)
        assert cells[1].endswith(reason) if reason else "declined" not in cells[1]


@pytest.mark.parametrize(
    ("method", "faults", "ledger"),
    [
        (sandbox_methods.FLAKY, 2, ["fault", "fault", "authorized"]),
        (sandbox_methods.TIMEOUT_BEFORE_EFFECT, 1, ["fault", "authorized"]),
        (sandbox_methods.TIMEOUT_AFTER_EFFECT, 1, ["authorized"]),
    ],
)
def test_holding_fails_as_often_as_the_table_says(
    payments: SandboxPayments, method: str, faults: int, ledger: list[str]
) -> None:
    """Then the amount is held, once."""
    assert faults_of(lambda: payments.authorize("o", EUROS, method)) == faults
    assert kinds(payments) == ledger


@pytest.mark.parametrize(
    "method", [sandbox_methods.CAPTURE_ANSWER_LOST, sandbox_methods.REFUND_REFUSED]
)
def test_the_first_answers_to_a_capture_are_lost(payments: SandboxPayments, method: str) -> None:
    """The money is taken at the first call, and once."""
    payments.authorize("o", EUROS, method)

    assert faults_of(lambda: payments.capture("o")) == 3
    assert kinds(payments) == ["authorized", "captured", "fault", "fault", "fault"]


def test_where_refunding_a_part_is_down_the_whole_can_be_given_back(
    payments: SandboxPayments,
) -> None:
    """However often the part is asked for."""
    payments.authorize("o", EUROS, sandbox_methods.REFUND_UNAVAILABLE)
    payments.capture("o")

    for _ in range(10):
        with pytest.raises(PaymentsUnavailableError):
            payments.refund("o", "r", Money(1, "EUR"))
    assert payments.withdraw("o") is Reversal.REFUNDED


def test_a_payment_that_began_before_is_not_listed_for_its_refund(tmp_path: Path) -> None:
    """Half a payment would look like money paid back that was never taken."""
    clock = VirtualClock()
    payments = SandboxPayments(tmp_path / "sandbox.sqlite3", clock)
    payments.authorize("o", EUROS, "pm_card_visa")
    payments.capture("o")
    clock.advance(clock.now() + timedelta(days=40))
    payments.refund("o", "r", EUROS)

    assert list(payments.payments(clock.now() - timedelta(days=30))) == []
