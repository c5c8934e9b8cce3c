"""Carriers: book, dispatch, cancel and track, the same for the sandbox and over HTTP."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from orders.domain.errors import CarrierUnavailableError
from orders.domain.results import Booked, Refused, Shipment, ShipmentCancellation, ShipmentStatus
from tests.adapters.carriers import CarrierSetup, http_setup, sandbox_setup
from tests.builders import a_customer

ALREADY_UNDONE = Refused(reason="alreadyUndone")


@pytest.fixture(params=[sandbox_setup, http_setup], ids=["sandbox", "HTTP"])
def setup(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[CarrierSetup]:
    """A carrier without shipments."""
    with request.param(tmp_path) as opened:
        yield opened


def book(setup: CarrierSetup, order_id: str = "o") -> str:
    """Book a shipment and return its tracking number."""
    booking = setup.carrier.book(order_id, a_customer())
    assert isinstance(booking, Booked)
    return booking.tracking_number


def test_repeated_booking_books_one_shipment(setup: CarrierSetup) -> None:
    """The second call returns the first tracking number."""
    assert book(setup) == book(setup)
    assert setup.shipments() == 1


def test_concurrent_bookings_book_one_shipment(setup: CarrierSetup) -> None:
    """Every caller gets the same result."""
    with ThreadPoolExecutor(8) as pool:
        bookings = set(pool.map(lambda _: setup.carrier.book("o", a_customer()), range(16)))

    assert len(bookings) == 1
    assert setup.shipments() == 1


def test_tracking_numbers_differ_and_do_not_reveal_order_ids(setup: CarrierSetup) -> None:
    """A tracking number is public, an order ID is not."""
    numbers = {book(setup, order_id) for order_id in ("ord_1", "ord_2")}

    assert len(numbers) == 2
    assert not any("ord_" in number for number in numbers)


def test_repeated_cancellation_cancels_once(setup: CarrierSetup) -> None:
    """The second call returns the first result."""
    setup.carrier.book("o", a_customer())

    assert [setup.carrier.cancel("o") for _ in range(2)] == [ShipmentCancellation.CANCELED] * 2
    assert setup.shipments() == 0


def test_canceled_shipment_is_not_booked_again(setup: CarrierSetup) -> None:
    """A late booking finds that it was undone."""
    setup.carrier.book("o", a_customer())
    setup.carrier.cancel("o")

    assert setup.carrier.book("o", a_customer()) == ALREADY_UNDONE
    assert setup.shipments() == 0


def test_late_booking_after_a_cancellation_is_refused(setup: CarrierSetup) -> None:
    """The cancellation leaves a tombstone, even without a shipment."""
    assert setup.carrier.cancel("o") is ShipmentCancellation.NOTHING
    assert setup.carrier.book("o", a_customer()) == ALREADY_UNDONE
    assert setup.shipments() == 0


def test_refused_address_is_a_result_and_final(setup: CarrierSetup) -> None:
    """There is no shipment to cancel."""
    bookings = [setup.carrier.book("o", a_customer("00001")) for _ in range(2)]

    assert bookings == [Refused(reason="addressRefused")] * 2
    assert setup.carrier.cancel("o") is ShipmentCancellation.NOTHING


def test_shipment_is_booked_until_it_is_dispatched(setup: CarrierSetup) -> None:
    """A repeated dispatch changes nothing."""
    booked = Shipment(status=ShipmentStatus.BOOKED, tracking_number=book(setup))
    assert setup.carrier.track("o") == booked

    setup.carrier.dispatch("o")
    setup.carrier.dispatch("o")

    assert setup.carrier.track("o") == replace(booked, status=ShipmentStatus.DISPATCHED)


def test_repeated_booking_after_the_dispatch_changes_nothing(setup: CarrierSetup) -> None:
    """A restarted order finds its dispatched shipment."""
    first = setup.carrier.book("o", a_customer())
    setup.carrier.dispatch("o")

    assert setup.carrier.book("o", a_customer()) == first


def test_dispatched_shipment_cannot_be_canceled(setup: CarrierSetup) -> None:
    """The cancellation raises."""
    setup.carrier.book("o", a_customer())
    setup.carrier.dispatch("o")

    with pytest.raises(CarrierUnavailableError):
        setup.carrier.cancel("o")

    assert setup.shipments() == 1


def test_canceled_shipment_cannot_be_dispatched(setup: CarrierSetup) -> None:
    """A late dispatch raises, and the shipment stays canceled."""
    setup.carrier.book("o", a_customer())
    setup.carrier.cancel("o")

    with pytest.raises(CarrierUnavailableError):
        setup.carrier.dispatch("o")

    shipment = setup.carrier.track("o")
    assert shipment is not None
    assert shipment.status is ShipmentStatus.CANCELED


def test_order_without_shipment_is_neither_dispatched_nor_tracked(setup: CarrierSetup) -> None:
    """The dispatch raises, and the look-up returns None."""
    with pytest.raises(CarrierUnavailableError, match="no booked shipment"):
        setup.carrier.dispatch("o")

    assert setup.carrier.track("o") is None
