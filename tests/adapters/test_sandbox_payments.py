"""Sandbox payments: the behavior of its payment methods. The port: see `test_payments`."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from local_host.host.clock import VirtualClock
from orders.adapters.payments.sandbox import methods
from orders.adapters.payments.sandbox.gateway import SandboxPayments
from orders.adapters.system_clock import SystemClock
from orders.domain.errors import PaymentsUnavailableError
from orders.domain.money import Money
from orders.domain.results import Reversal

AMOUNT = Money(4980, "EUR")


@pytest.fixture
def payments(tmp_path: Path) -> SandboxPayments:
    """A gateway without payments."""
    return SandboxPayments(tmp_path / "sandbox.sqlite3", SystemClock())


def kinds(payments: SandboxPayments) -> list[str]:
    """Return the kinds of the ledger's entries, oldest first."""
    return [entry.kind for entry in payments.ledger.entries()]


def count_faults(action: Callable[[], object]) -> int:
    """Return how often the action raises before it returns."""
    for faults in range(9):
        try:
            action()
        except PaymentsUnavailableError:
            continue
        return faults
    raise AssertionError("the action never returned")


def test_unavailable_gateway_has_no_effect(payments: SandboxPayments) -> None:
    """Every call raises."""
    for _ in range(10):
        with pytest.raises(PaymentsUnavailableError):
            payments.authorize("o", AMOUNT, methods.UNAVAILABLE)

    assert kinds(payments) == []


def test_documented_payment_methods_behave_as_documented() -> None:
    """The table in the module's docstring agrees with the code."""
    rows = [line for line in str(methods.__doc__).splitlines() if "| pm_" in line]

    assert len(rows) > 15
    for row in rows:
        cells = [cell.strip() for cell in row.strip("|").split("|")]
        method = cells[0].split(",")[0]
        reason = methods.decline_reason(method)
        assert cells[1].endswith(reason) if reason else "declined" not in cells[1]


@pytest.mark.parametrize(
    ("method", "faults", "entries"),
    [
        (methods.FLAKY, 2, ["fault", "fault", "authorized"]),
        (methods.TIMEOUT_BEFORE_EFFECT, 1, ["fault", "authorized"]),
        (methods.TIMEOUT_AFTER_EFFECT, 1, ["authorized"]),
    ],
)
def test_authorization_fails_as_often_as_documented(
    payments: SandboxPayments, method: str, faults: int, entries: list[str]
) -> None:
    """Then the amount is authorized, once."""
    assert count_faults(lambda: payments.authorize("o", AMOUNT, method)) == faults
    assert kinds(payments) == entries


@pytest.mark.parametrize("method", [methods.CAPTURE_ANSWER_LOST, methods.REFUND_REFUSED])
def test_first_responses_to_a_capture_are_lost(payments: SandboxPayments, method: str) -> None:
    """The first call captures the amount, and no other does."""
    payments.authorize("o", AMOUNT, method)

    assert count_faults(lambda: payments.capture("o")) == 3
    assert kinds(payments) == ["authorized", "captured", "fault", "fault", "fault"]


@pytest.mark.parametrize("method", [methods.CAPTURE_UNAVAILABLE, methods.UNDO_UNAVAILABLE])
def test_unavailable_capture_has_no_effect(payments: SandboxPayments, method: str) -> None:
    """Every call raises."""
    payments.authorize("o", AMOUNT, method)

    for _ in range(10):
        with pytest.raises(PaymentsUnavailableError):
            payments.capture("o")
    assert kinds(payments) == ["authorized"]


def test_unavailable_reversal_has_no_effect(payments: SandboxPayments) -> None:
    """Every call raises."""
    payments.authorize("o", AMOUNT, methods.UNDO_UNAVAILABLE)

    for _ in range(10):
        with pytest.raises(PaymentsUnavailableError):
            payments.reverse("o")
    assert kinds(payments) == ["authorized"]


def test_reversal_works_while_partial_refunds_are_unavailable(payments: SandboxPayments) -> None:
    """Every partial refund raises."""
    payments.authorize("o", AMOUNT, methods.REFUND_UNAVAILABLE)
    payments.capture("o")

    for _ in range(10):
        with pytest.raises(PaymentsUnavailableError):
            payments.refund("o", "r", Money(1, "EUR"))
    assert payments.reverse("o") is Reversal.REFUNDED


def test_payment_begun_before_the_window_is_not_listed(tmp_path: Path) -> None:
    """Its refund alone would look like a refund without a capture."""
    clock = VirtualClock()
    payments = SandboxPayments(tmp_path / "sandbox.sqlite3", clock)
    payments.authorize("o", AMOUNT, "pm_card_visa")
    payments.capture("o")
    clock.advance(clock.now() + timedelta(days=40))
    payments.refund("o", "r", AMOUNT)

    assert list(payments.list_payments(clock.now() - timedelta(days=30))) == []
