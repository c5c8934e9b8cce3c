"""Does a carrier treat parcels as it should? The same for the sandbox and over HTTP."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from orders.domain.errors import CarrierUnavailableError
from orders.domain.results import Shipment, ShipmentCancellation, ShipmentStatus
from tests.adapters.carriers import Depot, http_depot, sandbox_depot
from tests.builders import a_person


@pytest.fixture(params=[sandbox_depot, http_depot])
def depot(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Depot]:
    """A carrier without parcels."""
    with request.param(tmp_path) as opened:
        yield opened


def test_a_repeated_booking_is_the_first_one(depot: Depot) -> None:
    """One parcel, one tracking number."""
    first = depot.carrier.book("o", a_person())

    assert first.booked
    assert depot.carrier.book("o", a_person()) == first
    assert depot.shipments() == 1


def test_bookings_that_race_make_one_shipment(depot: Depot) -> None:
    """However many come at the same time."""
    with ThreadPoolExecutor(8) as pool:
        booked = set(pool.map(lambda _: depot.carrier.book("o", a_person()), range(16)))

    assert len(booked) == 1
    assert depot.shipments() == 1


def test_two_orders_have_two_tracking_numbers(depot: Depot) -> None:
    """And none of them tells the order's id."""
    numbers = {depot.carrier.book(id_, a_person()).tracking_number for id_ in ("ord_1", "ord_2")}

    assert len(numbers) == 2
    assert not any("ord_" in str(number) for number in numbers)


def test_a_shipment_is_canceled_once(depot: Depot) -> None:
    """A repetition answers the same."""
    depot.carrier.book("o", a_person())

    assert [depot.carrier.cancel("o") for _ in range(2)] == [ShipmentCancellation.CANCELED] * 2
    assert depot.shipments() == 0


def test_a_canceled_shipment_is_not_booked_again(depot: Depot) -> None:
    """A booking that comes late finds that it was undone."""
    depot.carrier.book("o", a_person())
    depot.carrier.cancel("o")

    assert depot.carrier.book("o", a_person()).reason == "withdrawn"
    assert depot.shipments() == 0


def test_a_booking_that_comes_after_its_undo_does_nothing(depot: Depot) -> None:
    """The undo left a mark although there was no parcel."""
    assert depot.carrier.cancel("o") is ShipmentCancellation.NOTHING
    assert depot.carrier.book("o", a_person()).reason == "withdrawn"
    assert depot.shipments() == 0


def test_a_refused_address_stays_refused(depot: Depot) -> None:
    """The refusal is an answer, and there is nothing to cancel."""
    refused = [depot.carrier.book("o", a_person("00001")) for _ in range(2)]

    assert [answer.reason for answer in refused] == ["addressRefused"] * 2
    assert depot.carrier.cancel("o") is ShipmentCancellation.NOTHING


def test_a_shipment_waits_until_it_is_let_go(depot: Depot) -> None:
    """Booked is not yet on its way; letting it go twice is letting it go once."""
    number = str(depot.carrier.book("o", a_person()).tracking_number)
    before = Shipment(status=ShipmentStatus.BOOKED, tracking_number=number)
    assert depot.carrier.track("o") == before

    depot.carrier.release("o")
    depot.carrier.release("o")

    assert depot.carrier.track("o") == replace(before, status=ShipmentStatus.RELEASED)


def test_a_booking_that_is_repeated_after_the_release_changes_nothing(depot: Depot) -> None:
    """An order that is run again finds its parcel on its way."""
    first = depot.carrier.book("o", a_person())
    depot.carrier.release("o")

    assert depot.carrier.book("o", a_person()) == first


def test_a_shipment_that_was_let_go_is_not_canceled(depot: Depot) -> None:
    """It is a fault to ask for it: nobody can call it back."""
    depot.carrier.book("o", a_person())
    depot.carrier.release("o")

    with pytest.raises(CarrierUnavailableError):
        depot.carrier.cancel("o")

    assert depot.shipments() == 1


def test_a_canceled_shipment_is_not_let_go(depot: Depot) -> None:
    """A release that comes late is a fault, and the parcel stays where it is."""
    depot.carrier.book("o", a_person())
    depot.carrier.cancel("o")

    with pytest.raises(CarrierUnavailableError):
        depot.carrier.release("o")

    shipment = depot.carrier.track("o")
    assert shipment is not None
    assert shipment.status is ShipmentStatus.CANCELED


def test_what_was_never_booked_is_neither_let_go_nor_found(depot: Depot) -> None:
    """There is no parcel of this order."""
    with pytest.raises(CarrierUnavailableError, match="no parcel"):
        depot.carrier.release("o")

    assert depot.carrier.track("o") is None
