"""Is a parcel booked and canceled once, however the carrier and the wire to it fail?"""

from collections.abc import Iterator
from pathlib import Path

import pytest

from orders.adapters.carrier.http.carrier import HttpCarrier
from orders.adapters.order_store.sqlite.references import SqlitePartnerReferences
from orders.domain.errors import CarrierUnavailableError
from orders.domain.results import ShipmentCancellation
from tests.adapters.carriers import booked, http_carrier
from tests.builders import CITY, EMAIL, NAME, STREET, a_person
from tests.carrier_server import Carrier, serving
from tests.wire import Fault


@pytest.fixture
def served() -> Iterator[Carrier]:
    """A carrier without parcels."""
    with serving() as opened:
        yield opened


@pytest.fixture
def carrier(served: Carrier, tmp_path: Path) -> HttpCarrier:
    """Our adapter, asking that carrier."""
    return http_carrier(served, tmp_path)


@pytest.mark.parametrize("fault", [fault for fault in Fault if fault is not Fault.SLOW])
@pytest.mark.parametrize("step", ["find", "book"])
def test_a_booking_that_fails_is_made_good(
    served: Carrier, carrier: HttpCarrier, step: str, fault: Fault
) -> None:
    """The first call raises, the second finds the parcel or books it."""
    served.plan.fail(step, fault)

    with pytest.raises(CarrierUnavailableError):
        carrier.book("o", a_person())

    assert carrier.book("o", a_person()).tracking_number == "TRK0"
    assert booked(served) == 1


@pytest.mark.parametrize("fault", [fault for fault in Fault if fault is not Fault.SLOW])
def test_a_cancellation_that_fails_is_made_good(
    served: Carrier, carrier: HttpCarrier, fault: Fault
) -> None:
    """The first call raises, the second finds it canceled or cancels it."""
    carrier.book("o", a_person())
    served.plan.fail("cancel", fault)

    with pytest.raises(CarrierUnavailableError):
        carrier.cancel("o")

    assert carrier.cancel("o") is ShipmentCancellation.CANCELED
    assert booked(served) == 0


@pytest.mark.parametrize("fault", [fault for fault in Fault if fault is not Fault.SLOW])
def test_a_release_that_fails_is_made_good(
    served: Carrier, carrier: HttpCarrier, fault: Fault
) -> None:
    """The first call raises, the second finds the parcel let go or lets it go."""
    carrier.book("o", a_person())
    served.plan.fail("release", fault)

    with pytest.raises(CarrierUnavailableError):
        carrier.release("o")
    carrier.release("o")

    assert [shipment["status"] for shipment in served.shipments] == ["released"]


def test_a_shipment_that_was_delivered_is_not_let_go_again(
    served: Carrier, carrier: HttpCarrier
) -> None:
    """An order that is run again days later finds it with the customer."""
    carrier.book("o", a_person())
    served.shipments[0]["status"] = "delivered"

    carrier.release("o")

    assert served.steps() == ["book"]


def test_a_slow_carrier_counts_as_unavailable(served: Carrier, tmp_path: Path) -> None:
    """Nobody waits longer than the time limit; what was booked meanwhile is found."""
    carrier = http_carrier(served, tmp_path, timeout=0.5)
    served.plan.fail("book", Fault.SLOW)

    with pytest.raises(CarrierUnavailableError, match="did not answer"):
        carrier.book("o", a_person())

    assert carrier.book("o", a_person()).booked
    assert served.steps() == ["book"]


def test_a_shipment_is_found_when_its_key_is_forgotten(
    served: Carrier, carrier: HttpCarrier
) -> None:
    """Days later the carrier does not know the key any more, but it knows the reference."""
    first = carrier.book("o", a_person())
    served.kept.clear()

    assert carrier.book("o", a_person()) == first
    assert booked(served) == 1


def test_requests_carry_keys_of_the_order(served: Carrier, carrier: HttpCarrier) -> None:
    """One for each step, none for a look-up."""
    carrier.book("o", a_person())
    carrier.cancel("o")
    carrier.book("other", a_person())
    carrier.release("other")

    assert dict(served.requests) == {
        "find": "",
        "book": "other:ship",
        "cancel": "o:cancelShipment",
        "release": "other:release",
    }


def test_an_undo_during_the_booking_leaves_no_shipment(
    served: Carrier, carrier: HttpCarrier
) -> None:
    """It finds none, for there is none yet; the booking itself makes it good."""
    undone: list[ShipmentCancellation] = []
    served.plan.meanwhile["book"] = lambda: undone.append(carrier.cancel("o"))

    assert carrier.book("o", a_person()).reason == "withdrawn"
    assert undone == [ShipmentCancellation.NOTHING]
    assert booked(served) == 0


def test_a_shipment_that_was_canceled_by_hand_stays_canceled(
    served: Carrier, carrier: HttpCarrier
) -> None:
    """Somebody did it at the carrier's; nobody books it again."""
    carrier.book("o", a_person())
    served.shipments[0]["status"] = "canceled"

    assert carrier.book("o", a_person()).reason == "withdrawn"


def test_a_shipment_that_has_left_cannot_be_canceled(served: Carrier, carrier: HttpCarrier) -> None:
    """That is a fault: a person has to see to it."""
    carrier.book("o", a_person())
    served.shipments[0]["status"] = "released"

    with pytest.raises(CarrierUnavailableError, match="409"):
        carrier.cancel("o")


def test_a_cancellation_that_does_not_happen_is_a_fault(
    served: Carrier, carrier: HttpCarrier
) -> None:
    """The carrier says yes and means no."""
    carrier.book("o", a_person())
    unchanged = dict(served.shipments[0])
    served.plan.meanwhile["cancel"] = lambda: setattr(served, "instead", (200, unchanged))

    with pytest.raises(CarrierUnavailableError, match="still booked"):
        carrier.cancel("o")


@pytest.mark.parametrize(
    "answer",
    [
        {},
        [],
        {"shipments": {}},
        {"shipments": [{"id": 1}]},
        {"shipments": [{"status": "lost"}]},
        {"shipments": [None]},
    ],
)
def test_an_answer_of_another_shape_is_a_fault(
    served: Carrier, carrier: HttpCarrier, answer: object
) -> None:
    """Nothing is guessed."""
    served.instead = (200, answer)

    with pytest.raises(CarrierUnavailableError, match="lacks"):
        carrier.book("o", a_person())


def test_a_wrong_token_is_a_fault(served: Carrier, tmp_path: Path) -> None:
    """It says which status the carrier answered with, and never the token."""
    references = SqlitePartnerReferences(tmp_path / "orders.sqlite3", "parcel_references")

    with pytest.raises(CarrierUnavailableError, match="answered 401") as caught:
        HttpCarrier(served.url, "planted", references).book("o", a_person())

    assert "planted" not in str(caught.value)


def test_the_driver_learns_the_address_and_not_the_mail(
    served: Carrier, carrier: HttpCarrier
) -> None:
    """What it takes to hand the parcel over, and no more."""
    carrier.book("o", a_person())

    (recipient,) = served.recipients
    assert (recipient["name"], recipient["address"]["line1"]) == (NAME, STREET)
    assert (recipient["address"]["city"], recipient["address"]["postalCode"]) == (CITY, "10115")
    assert EMAIL not in str(recipient)
