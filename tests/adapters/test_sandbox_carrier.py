"""Does the sandbox carrier fail as its table says? How it treats parcels: test_carrier.py."""

from pathlib import Path

import pytest

from orders.adapters.carrier.sandbox import SandboxCarrier
from orders.adapters.system_clock import SystemClock
from orders.domain.errors import CarrierUnavailableError
from tests.builders import PERSONAL, a_person


@pytest.fixture
def carrier(tmp_path: Path) -> SandboxCarrier:
    """A carrier without parcels."""
    return SandboxCarrier(tmp_path / "sandbox.sqlite3", SystemClock())


def kinds(carrier: SandboxCarrier) -> list[str]:
    """The ledger, oldest first."""
    return [entry.kind for entry in carrier.ledger.entries()]


def test_a_lost_answer_is_found_again(carrier: SandboxCarrier) -> None:
    """The first call books and raises, the second finds the parcel."""
    with pytest.raises(CarrierUnavailableError):
        carrier.book("o", a_person("00002"))

    assert carrier.book("o", a_person("00002")).booked
    assert kinds(carrier) == ["booked"]


def test_a_slow_booking_takes_four_calls(carrier: SandboxCarrier) -> None:
    """The carrier says three times that it is not done yet."""
    for _ in range(3):
        with pytest.raises(CarrierUnavailableError, match="under way"):
            carrier.book("o", a_person("00003"))

    assert carrier.book("o", a_person("00003")).booked
    assert kinds(carrier) == ["pending", "pending", "pending", "booked"]


def test_a_shipment_that_is_stuck_never_leaves(carrier: SandboxCarrier) -> None:
    """Booked like any other, and still there after every attempt."""
    carrier.book("o", a_person("00004"))

    with pytest.raises(CarrierUnavailableError, match="closed"):
        carrier.release("o")

    assert kinds(carrier) == ["booked"]


def test_the_ledger_keeps_nothing_personal(carrier: SandboxCarrier) -> None:
    """Addresses are for the driver, not for the ledger."""
    carrier.book("o", a_person())

    assert not any(word in str(carrier.ledger.entries()) for word in PERSONAL)
