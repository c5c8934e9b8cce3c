"""HTTP carrier: faults of the carrier and of the connection, and the content of requests."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from orders.adapters.carrier.http.carrier import HttpCarrier
from orders.adapters.order_store.sqlite.references import SqlitePartnerReferences
from orders.domain.errors import CarrierUnavailableError
from orders.domain.results import Booked, Refused, ShipmentCancellation
from tests.adapters.carriers import count_shipments, http_carrier
from tests.builders import CITY, EMAIL, NAME, STREET, a_customer
from tests.carrier_server import Carrier, serving
from tests.wire import Fault

FAULTS = [fault for fault in Fault if fault is not Fault.SLOW]


@pytest.fixture
def server() -> Iterator[Carrier]:
    """A simulated carrier without shipments."""
    with serving() as opened:
        yield opened


@pytest.fixture
def carrier(server: Carrier, tmp_path: Path) -> HttpCarrier:
    """The adapter, connected to the simulated carrier."""
    return http_carrier(server, tmp_path)


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("step", ["find", "book"])
def test_failed_booking_succeeds_when_retried(
    server: Carrier, carrier: HttpCarrier, step: str, fault: Fault
) -> None:
    """The first call raises, the second finds the shipment or books it."""
    server.plan.fail(step, fault)

    with pytest.raises(CarrierUnavailableError):
        carrier.book("o", a_customer())

    assert carrier.book("o", a_customer()) == Booked(tracking_number="TRK0")
    assert count_shipments(server) == 1


@pytest.mark.parametrize("fault", FAULTS)
def test_carrier_that_does_not_answer_is_unavailable(
    server: Carrier, carrier: HttpCarrier, fault: Fault
) -> None:
    """It is available as soon as it answers the next look-up."""
    server.plan.fail("find", fault)

    assert [carrier.is_available() for _ in range(2)] == [False, True]


@pytest.mark.parametrize("fault", FAULTS)
def test_failed_cancellation_succeeds_when_retried(
    server: Carrier, carrier: HttpCarrier, fault: Fault
) -> None:
    """The first call raises, the second finds the shipment canceled or cancels it."""
    carrier.book("o", a_customer())
    server.plan.fail("cancel", fault)

    with pytest.raises(CarrierUnavailableError):
        carrier.cancel("o")

    assert carrier.cancel("o") is ShipmentCancellation.CANCELED
    assert count_shipments(server) == 0


@pytest.mark.parametrize("fault", FAULTS)
def test_failed_dispatch_succeeds_when_retried(
    server: Carrier, carrier: HttpCarrier, fault: Fault
) -> None:
    """The first call raises, the second finds the shipment dispatched or dispatches it."""
    carrier.book("o", a_customer())
    server.plan.fail("dispatch", fault)

    with pytest.raises(CarrierUnavailableError):
        carrier.dispatch("o")
    carrier.dispatch("o")

    assert [shipment["status"] for shipment in server.shipments] == ["dispatched"]


def test_delivered_shipment_is_not_dispatched_again(server: Carrier, carrier: HttpCarrier) -> None:
    """An order that is restarted days later finds it delivered."""
    carrier.book("o", a_customer())
    server.shipments[0]["status"] = "delivered"

    carrier.dispatch("o")

    assert server.steps() == ["book"]


def test_slow_carrier_is_unavailable(server: Carrier, tmp_path: Path) -> None:
    """The call ends with its timeout, and the retry finds the shipment."""
    carrier = http_carrier(server, tmp_path, timeout=0.5)
    server.plan.fail("book", Fault.SLOW)

    with pytest.raises(CarrierUnavailableError, match="did not answer"):
        carrier.book("o", a_customer())

    assert isinstance(carrier.book("o", a_customer()), Booked)
    assert server.steps() == ["book"]


def test_shipment_is_found_after_its_key_expired(server: Carrier, carrier: HttpCarrier) -> None:
    """The carrier drops idempotency keys after a while, but keeps the reference."""
    first = carrier.book("o", a_customer())
    server.stored.clear()

    assert carrier.book("o", a_customer()) == first
    assert count_shipments(server) == 1


def test_requests_carry_idempotency_keys_of_the_order(
    server: Carrier, carrier: HttpCarrier
) -> None:
    """Each step has a key; a look-up has none."""
    carrier.book("o", a_customer())
    carrier.cancel("o")
    carrier.book("other", a_customer())
    carrier.dispatch("other")

    assert dict(server.requests) == {
        "find": "",
        "book": "other:ship",
        "cancel": "o:cancelShipment",
        "dispatch": "other:dispatch",
    }


def test_cancellation_during_the_booking_leaves_no_shipment(
    server: Carrier, carrier: HttpCarrier
) -> None:
    """It finds no shipment yet, so the booking cancels its own."""
    cancellations: list[ShipmentCancellation] = []
    server.plan.concurrent_calls["book"] = lambda: cancellations.append(carrier.cancel("o"))

    assert carrier.book("o", a_customer()) == Refused(reason="alreadyUndone")
    assert cancellations == [ShipmentCancellation.NOTHING]
    assert count_shipments(server) == 0


def test_shipment_canceled_at_the_carrier_is_not_booked_again(
    server: Carrier, carrier: HttpCarrier
) -> None:
    """An operator may cancel it in the carrier's own system."""
    carrier.book("o", a_customer())
    server.shipments[0]["status"] = "canceled"

    assert carrier.book("o", a_customer()) == Refused(reason="alreadyUndone")


def test_cancellation_of_a_dispatched_shipment_raises(
    server: Carrier, carrier: HttpCarrier
) -> None:
    """The error has the status of the response."""
    carrier.book("o", a_customer())
    server.shipments[0]["status"] = "dispatched"

    with pytest.raises(CarrierUnavailableError, match="409"):
        carrier.cancel("o")


def test_accepted_cancellation_without_effect_raises(server: Carrier, carrier: HttpCarrier) -> None:
    """The carrier answers 200, but the shipment is still booked."""
    carrier.book("o", a_customer())
    unchanged = dict(server.shipments[0])
    server.plan.concurrent_calls["cancel"] = lambda: setattr(
        server, "fixed_response", (200, unchanged)
    )

    with pytest.raises(CarrierUnavailableError, match="booked, not canceled"):
        carrier.cancel("o")


@pytest.mark.parametrize(
    ("document", "message"),
    [
        ({}, "lacks 'shipments'"),
        ([], "lacks 'shipments'"),
        ({"shipments": {}}, "lacks 'shipments'"),
        ({"shipments": [{"id": 1}]}, "lacks 'status'"),
        ({"shipments": [{"status": "stolen"}]}, "unknown status"),
        ({"shipments": [None]}, "lacks 'status'"),
    ],
)
def test_unexpected_response_raises(
    server: Carrier, carrier: HttpCarrier, document: object, message: str
) -> None:
    """No value is guessed."""
    server.fixed_response = (200, document)

    with pytest.raises(CarrierUnavailableError, match=message):
        carrier.book("o", a_customer())


def test_invalid_token_raises_without_revealing_it(server: Carrier, tmp_path: Path) -> None:
    """The error has the status of the response."""
    references = SqlitePartnerReferences(tmp_path / "orders.sqlite3", "shipment_references")

    with pytest.raises(CarrierUnavailableError, match="answered 401") as raised:
        HttpCarrier(server.url, "planted", references).book("o", a_customer())

    assert "planted" not in str(raised.value)


def test_booking_sends_the_address_but_not_the_email_address(
    server: Carrier, carrier: HttpCarrier
) -> None:
    """The carrier gets only what the delivery needs."""
    carrier.book("o", a_customer())

    (recipient,) = server.recipients
    assert (recipient["name"], recipient["address"]["line1"]) == (NAME, STREET)
    assert (recipient["address"]["city"], recipient["address"]["postalCode"]) == (CITY, "10115")
    assert EMAIL not in str(recipient)
