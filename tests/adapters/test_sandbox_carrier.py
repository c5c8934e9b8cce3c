"""Does the sandbox carrier treat parcels as a real one should?"""

from pathlib import Path

import pytest

from adapters.sandbox_carrier import SandboxCarrier
from adapters.system_clock import SystemClock
from domain.answers import Cancellation
from domain.errors import CarrierUnavailable
from tests.builders import PERSONAL, a_person


@pytest.fixture
def carrier(tmp_path: Path) -> SandboxCarrier:
    """A carrier without parcels."""
    return SandboxCarrier(tmp_path / "sandbox.sqlite3", SystemClock())


def kinds(carrier: SandboxCarrier) -> list[str]:
    """The ledger, oldest first."""
    return [entry.kind for entry in carrier.ledger.entries()]


def test_a_repeated_booking_is_the_first_one(carrier: SandboxCarrier) -> None:
    """One parcel, one tracking number."""
    first = carrier.book("o", a_person())

    assert carrier.book("o", a_person()) == first
    assert kinds(carrier) == ["booked"]


def test_two_orders_have_two_tracking_numbers(carrier: SandboxCarrier) -> None:
    """And none of them tells the order's id."""
    numbers = {carrier.book(order, a_person()).tracking_number for order in ("ord_1", "ord_2")}

    assert len(numbers) == 2
    assert not any("ord_" in str(number) for number in numbers)


def test_a_parcel_is_canceled_once(carrier: SandboxCarrier) -> None:
    """A repetition answers the same."""
    carrier.book("o", a_person())

    assert [carrier.cancel("o") for _ in range(2)] == [Cancellation.CANCELED] * 2
    assert kinds(carrier) == ["booked", "canceled"]


def test_a_booking_that_comes_after_its_undo_does_nothing(carrier: SandboxCarrier) -> None:
    """The undo left a mark although there was no parcel."""
    assert carrier.cancel("o") is Cancellation.NOTHING
    assert carrier.book("o", a_person()).reason == "withdrawn"
    assert kinds(carrier) == ["nothing"]


def test_a_refused_address_stays_refused(carrier: SandboxCarrier) -> None:
    """The refusal is an answer, and there is nothing to cancel."""
    assert carrier.book("o", a_person("00001")).reason == "addressRefused"
    assert carrier.cancel("o") is Cancellation.NOTHING


def test_a_lost_answer_is_found_again(carrier: SandboxCarrier) -> None:
    """The first call books and raises, the second finds the parcel."""
    with pytest.raises(CarrierUnavailable):
        carrier.book("o", a_person("00002"))

    assert carrier.book("o", a_person("00002")).booked
    assert kinds(carrier) == ["booked"]


def test_the_ledger_keeps_nothing_personal(carrier: SandboxCarrier) -> None:
    """Addresses are for the driver, not for the ledger."""
    carrier.book("o", a_person())

    assert not any(word in str(carrier.ledger.entries()) for word in PERSONAL)
