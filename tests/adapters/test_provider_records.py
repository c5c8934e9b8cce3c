"""Provider records of every partner, as the audit reads them."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from orders.adapters.mailer.sandbox import SandboxMailer
from orders.adapters.system_clock import SystemClock
from orders.domain.money import Money
from orders.domain.provider_records import EmailRecord, PaymentRecord, ShipmentRecord
from orders.domain.results import ShipmentStatus
from tests import carrier_server, stripe_server
from tests.adapters.carriers import CarrierSetup, http_carrier, http_setup, sandbox_setup
from tests.adapters.gateways import Gateway, stripe_payments
from tests.adapters.mailers import AN_EMAIL
from tests.builders import a_customer

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
AMOUNT = Money(4980, "EUR")


def test_gateway_lists_held_captured_and_refunded_amounts(gateway: Gateway) -> None:
    """A voided authorization is neither held nor refunded."""
    payments = gateway.payments
    for order_id in ("held", "captured", "voided", "refunded", "partly refunded"):
        payments.authorize(order_id, AMOUNT, "pm_card_visa")
    for order_id in ("captured", "refunded", "partly refunded"):
        payments.capture(order_id)
    for order_id in ("refunded", "partly refunded"):
        payments.refund(order_id, "r", Money(1000, "EUR"))
    for order_id in ("voided", "refunded"):
        payments.reverse(order_id)
    payments.authorize("declined", AMOUNT, "pm_card_chargeDeclined")

    records = {record.order_id: record for record in payments.list_payments(LONG_AGO)}

    assert records == {
        "held": PaymentRecord(order_id="held", held=4980),
        "captured": PaymentRecord(order_id="captured", captured=4980),
        "voided": PaymentRecord(order_id="voided"),
        "refunded": PaymentRecord(order_id="refunded", captured=4980, refunded=4980),
        "partly refunded": PaymentRecord(order_id="partly refunded", captured=4980, refunded=1000),
        "declined": PaymentRecord(order_id="declined"),
    }


@pytest.mark.parametrize("open_setup", [sandbox_setup, http_setup], ids=["sandbox", "HTTP"])
def test_carrier_lists_shipments_with_their_status(
    tmp_path: Path, open_setup: Callable[[Path], AbstractContextManager[CarrierSetup]]
) -> None:
    """An order without a shipment is not listed."""
    with open_setup(tmp_path) as setup:
        for order_id in ("booked", "dispatched", "canceled"):
            setup.carrier.book(order_id, a_customer())
        setup.carrier.dispatch("dispatched")
        for order_id in ("canceled", "never booked"):
            setup.carrier.cancel(order_id)

        records = list(setup.carrier.list_shipments(LONG_AGO))

    assert records == [
        ShipmentRecord(order_id="booked", status=ShipmentStatus.BOOKED),
        ShipmentRecord(order_id="dispatched", status=ShipmentStatus.DISPATCHED),
        ShipmentRecord(order_id="canceled", status=ShipmentStatus.CANCELED),
    ]


def test_stripe_payments_are_read_page_by_page(tmp_path: Path) -> None:
    """Five intents are in pages of two."""
    with stripe_server.serving() as stripe:
        stripe.page_length = 2
        payments = stripe_payments(stripe, tmp_path)
        for number in range(5):
            payments.authorize(f"ord_{number}", AMOUNT, "pm_card_visa")

        assert len(list(payments.list_payments(LONG_AGO))) == 5


def test_stripe_payments_of_other_systems_are_not_listed(tmp_path: Path) -> None:
    """An intent without an order ID belongs to another system of the shop."""
    with stripe_server.serving() as stripe:
        payments = stripe_payments(stripe, tmp_path)
        for order_id in ("o", "other"):
            payments.authorize(order_id, AMOUNT, "pm_card_visa")
        stripe.intents["pi_2"]["metadata"] = {}

        records = list(payments.list_payments(LONG_AGO))

    assert records == [PaymentRecord(order_id="o", held=4980)]


def test_carrier_shipments_are_read_page_by_page(tmp_path: Path) -> None:
    """Five shipments are in pages of two."""
    with carrier_server.serving() as server:
        server.page_length = 2
        carrier = http_carrier(server, tmp_path)
        for number in range(5):
            carrier.book(f"ord_{number}", a_customer())

        assert len(list(carrier.list_shipments(LONG_AGO))) == 5


def test_outbox_lists_emails_of_the_window(tmp_path: Path) -> None:
    """Older emails are left out."""
    mailer = SandboxMailer(tmp_path / "sandbox.sqlite3", SystemClock())
    mailer.send("ord_1", "confirmation", AN_EMAIL)

    assert list(mailer.list_emails(LONG_AGO)) == [
        EmailRecord(order_id="ord_1", email_id="confirmation")
    ]
    assert list(mailer.list_emails(datetime.now(UTC))) == []
