"""Sandbox carrier: the behavior of its postal codes. The port: see `test_carrier`."""

from pathlib import Path

import pytest

from orders.adapters.carrier.sandbox import SandboxCarrier
from orders.adapters.system_clock import SystemClock
from orders.domain.errors import CarrierUnavailableError
from orders.domain.results import Booked
from tests.builders import PERSONAL_DATA, a_customer


@pytest.fixture
def carrier(tmp_path: Path) -> SandboxCarrier:
    """A carrier without shipments."""
    return SandboxCarrier(tmp_path / "sandbox.sqlite3", SystemClock())


def kinds(carrier: SandboxCarrier) -> list[str]:
    """Return the kinds of the ledger's entries, oldest first."""
    return [entry.kind for entry in carrier.ledger.entries()]


def test_unavailable_booking_has_no_effect(carrier: SandboxCarrier) -> None:
    """Every call raises."""
    for _ in range(10):
        with pytest.raises(CarrierUnavailableError):
            carrier.book("o", a_customer("00000"))

    assert kinds(carrier) == []


def test_booking_with_a_lost_response_is_found(carrier: SandboxCarrier) -> None:
    """The first call books and raises, the second finds the shipment."""
    with pytest.raises(CarrierUnavailableError):
        carrier.book("o", a_customer("00002"))

    assert isinstance(carrier.book("o", a_customer("00002")), Booked)
    assert kinds(carrier) == ["booked"]


def test_slow_booking_succeeds_at_the_fourth_call(carrier: SandboxCarrier) -> None:
    """Three calls raise before it."""
    for _ in range(3):
        with pytest.raises(CarrierUnavailableError, match="pending"):
            carrier.book("o", a_customer("00003"))

    assert isinstance(carrier.book("o", a_customer("00003")), Booked)
    assert kinds(carrier) == ["pending", "pending", "pending", "booked"]


def test_unavailable_dispatch_has_no_effect(carrier: SandboxCarrier) -> None:
    """The shipment is booked, and every dispatch raises."""
    carrier.book("o", a_customer("00004"))

    for _ in range(10):
        with pytest.raises(CarrierUnavailableError):
            carrier.dispatch("o")

    assert kinds(carrier) == ["booked"]


def test_ledger_has_no_personal_data(carrier: SandboxCarrier) -> None:
    """It keeps no addresses."""
    carrier.book("o", a_customer())

    assert kinds(carrier) == ["booked"]
    assert not any(text in str(carrier.ledger.entries()) for text in PERSONAL_DATA)
