"""Does the sandbox gateway treat money as a real one should?"""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from adapters import sandbox_methods
from adapters.sandbox_payments import SandboxPayments
from adapters.system_clock import SystemClock
from domain.answers import Authorization, Capture, Withdrawal
from domain.errors import PaymentsUnavailable
from domain.money import Money

EUROS = Money(4980, "EUR")
APPROVED = Authorization(approved=True)
WITHDRAWN = "withdrawn"


@pytest.fixture
def payments(tmp_path: Path) -> SandboxPayments:
    """A gateway that never saw an order."""
    return SandboxPayments(tmp_path / "sandbox.sqlite3", SystemClock())


def kinds(payments: SandboxPayments) -> list[str]:
    """The ledger, oldest first."""
    return [entry.kind for entry in payments.ledger.entries()]


def test_a_repeated_authorization_is_the_first_one(payments: SandboxPayments) -> None:
    """The amount is held once."""
    assert payments.authorize("o", EUROS, "pm_card_visa") == APPROVED
    assert payments.authorize("o", EUROS, "pm_card_visa") == APPROVED
    assert kinds(payments) == ["authorized"]


def test_authorizations_that_race_hold_the_amount_once(payments: SandboxPayments) -> None:
    """However many come at the same time."""
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: payments.authorize("o", EUROS, "pm_card_visa"), range(16)))

    assert kinds(payments) == ["authorized"]


def test_a_repeated_capture_takes_the_money_once(payments: SandboxPayments) -> None:
    """The second answers as the first."""
    payments.authorize("o", EUROS, "pm_card_visa")

    assert [payments.capture("o") for _ in range(2)] == [Capture(captured=True)] * 2
    assert kinds(payments) == ["authorized", "captured"]


def test_without_a_hold_nothing_is_captured(payments: SandboxPayments) -> None:
    """Neither before an authorization nor after a decline."""
    assert payments.capture("o").reason == "noHold"
    payments.authorize("o", EUROS, "pm_card_chargeDeclined")
    assert payments.capture("o").reason == "noHold"


def test_an_open_hold_is_voided(payments: SandboxPayments) -> None:
    """No money moved, so none is paid back; a repetition answers the same."""
    payments.authorize("o", EUROS, "pm_card_visa")

    assert [payments.withdraw("o") for _ in range(2)] == [Withdrawal.VOIDED] * 2
    assert kinds(payments) == ["authorized", "voided"]


def test_captured_money_is_refunded(payments: SandboxPayments) -> None:
    """A void would be a lie: the money is paid back, all of it, once."""
    payments.authorize("o", EUROS, "pm_card_visa")
    payments.capture("o")

    assert [payments.withdraw("o") for _ in range(2)] == [Withdrawal.REFUNDED] * 2
    refund = payments.ledger.entries()[-1]
    assert (refund.kind, refund.detail["minor"]) == ("refunded", EUROS.minor)


def test_an_authorization_that_comes_after_its_undo_does_nothing(
    payments: SandboxPayments,
) -> None:
    """The undo left a mark although there was nothing to undo."""
    assert payments.withdraw("o") is Withdrawal.NOTHING
    assert payments.authorize("o", EUROS, "pm_card_visa").reason == WITHDRAWN
    assert kinds(payments) == ["nothing"]


def test_a_capture_that_comes_after_its_undo_does_nothing(payments: SandboxPayments) -> None:
    """The hold is gone."""
    payments.authorize("o", EUROS, "pm_card_visa")
    payments.withdraw("o")

    assert payments.capture("o").reason == WITHDRAWN
    assert kinds(payments) == ["authorized", "voided"]


def test_two_orders_do_not_touch_each_other(payments: SandboxPayments) -> None:
    """Keys belong to one order."""
    payments.withdraw("o")

    assert payments.authorize("other", EUROS, "pm_card_visa") == APPROVED


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
