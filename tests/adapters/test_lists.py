"""Do all partners list what they did for us, in the same words? The audit lives on it."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from orders.adapters.mailer.sandbox import SandboxMailer
from orders.adapters.system_clock import SystemClock
from orders.domain.money import Money
from orders.domain.provider_records import EmailRecord, PaymentRecord, ShipmentRecord
from orders.domain.results import ShipmentStatus
from tests import carrier_server, stripe_server
from tests.adapters.carriers import http_carrier, http_depot, sandbox_depot
from tests.adapters.gateways import sandbox_gateway, stripe_gateway, stripe_payments
from tests.adapters.test_mailer import MAIL
from tests.builders import a_person

EVER = datetime(2020, 1, 1, tzinfo=UTC)
PRICE = Money(4980, "EUR")


@pytest.mark.parametrize("gateway", [sandbox_gateway, stripe_gateway])
def test_a_gateway_lists_what_is_held_taken_and_paid_back(tmp_path: Path, gateway) -> None:  # type: ignore[no-untyped-def]  # noqa: ANN001
    """A hold that was given back is neither held nor refunded."""
    with gateway(tmp_path) as opened:
        payments = opened.payments
        for order_id in ("held", "taken", "voided", "refunded", "in part"):
            payments.authorize(order_id, PRICE, "pm_card_visa")
        for order_id in ("taken", "refunded", "in part"):
            payments.capture(order_id)
        for order_id in ("refunded", "in part"):
            payments.refund(order_id, "r", Money(1000, "EUR"))
        for order_id in ("voided", "refunded"):
            payments.withdraw(order_id)
        payments.authorize("declined", PRICE, "pm_card_chargeDeclined")

        listed = {fact.order_id: fact for fact in payments.payments(EVER)}

    assert listed == {
        "held": PaymentRecord(order_id="held", held=4980),
        "taken": PaymentRecord(order_id="taken", captured=4980),
        "voided": PaymentRecord(order_id="voided"),
        "refunded": PaymentRecord(order_id="refunded", captured=4980, refunded=4980),
        "in part": PaymentRecord(order_id="in part", captured=4980, refunded=1000),
        "declined": PaymentRecord(order_id="declined"),
    }


@pytest.mark.parametrize("depot", [sandbox_depot, http_depot])
def test_a_carrier_lists_its_shipments(tmp_path: Path, depot) -> None:  # type: ignore[no-untyped-def]  # noqa: ANN001
    """With what became of them; an order without a parcel is not among them."""
    with depot(tmp_path) as opened:
        for order_id in ("kept", "canceled"):
            opened.carrier.book(order_id, a_person())
        for order_id in ("canceled", "never booked"):
            opened.carrier.cancel(order_id)

        listed = list(opened.carrier.shipments(EVER))

    assert listed == [
        ShipmentRecord(order_id="kept", status=ShipmentStatus.BOOKED),
        ShipmentRecord(order_id="canceled", status=ShipmentStatus.CANCELED),
    ]


def test_stripe_is_asked_for_every_page(tmp_path: Path) -> None:
    """Five intents in pages of two."""
    with stripe_server.serving() as stripe:
        stripe.page_length = 2
        payments = stripe_payments(stripe, tmp_path)
        for number in range(5):
            payments.authorize(f"ord_{number}", PRICE, "pm_card_visa")

        assert len(list(payments.payments(EVER))) == 5


def test_the_carrier_is_asked_for_every_page(tmp_path: Path) -> None:
    """Five parcels in pages of two."""
    with carrier_server.serving() as served:
        served.page_length = 2
        carrier = http_carrier(served, tmp_path)
        for number in range(5):
            carrier.book(f"ord_{number}", a_person())

        assert len(list(carrier.shipments(EVER))) == 5


def test_the_outbox_lists_its_mails(tmp_path: Path) -> None:
    """One fact a mail; what is older than asked for is left out."""
    mailer = SandboxMailer(tmp_path / "sandbox.sqlite3", SystemClock())
    mailer.send_confirmation("ord_1", MAIL)

    assert list(mailer.emails(EVER)) == [EmailRecord(order_id="ord_1", kind="confirm")]
    assert list(mailer.emails(datetime.now(UTC))) == []
