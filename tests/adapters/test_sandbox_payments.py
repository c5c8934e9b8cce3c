"""Does the sandbox gateway fail as its table says? How it treats money: test_payments.py."""

from pathlib import Path

import pytest

from adapters import sandbox_methods
from adapters.sandbox_payments import SandboxPayments
from adapters.system_clock import SystemClock
from domain.errors import PaymentsUnavailable
from domain.money import Money

EUROS = Money(4980, "EUR")


@pytest.fixture
def payments(tmp_path: Path) -> SandboxPayments:
    """A gateway that never saw an order."""
    return SandboxPayments(tmp_path / "sandbox.sqlite3", SystemClock())


def kinds(payments: SandboxPayments) -> list[str]:
    """The ledger, oldest first."""
    return [entry.kind for entry in payments.ledger.entries()]


def test_a_gateway_that_is_down_does_nothing(payments: SandboxPayments) -> None:
    """Not at the first call, and not at the tenth."""
    for _ in range(10):
        with pytest.raises(PaymentsUnavailable):
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
