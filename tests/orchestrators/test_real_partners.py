"""Orders with the adapters of real partners: Stripe, an HTTP carrier, an SMTP server."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from email.headerregistry import Address
from pathlib import Path
from typing import Any

import pytest

import orders.services
from orders.domain.partner_events import Partner
from orders.settings.partners import CarrierAccess, SmtpAccess, StripeAccess
from tests import carrier_server, mail_server, stripe_server
from tests.builders import EMAIL, PERSONAL_DATA, an_order
from tests.faults import FOREVER, Failing, Outage
from tests.partner_events import failed_steps, refund, send_event
from tests.shop import Shop
from tests.wire import Fault

COMPLETED = {"status": "completed", "trackingNumber": "TRK0"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Partners:
    """The partners' servers, and the adapters that call them."""

    stripe: stripe_server.Stripe
    carrier: carrier_server.Carrier
    email: mail_server.MailServer
    adapters: dict[str, Any]

    def effects(self) -> tuple[int, int, int]:
        """Return the captured amount, the number of live shipments, and of emails."""
        captured = sum(intent["amount_received"] for intent in self.stripe.intents.values())
        shipments = [item for item in self.carrier.shipments if item["status"] != "canceled"]
        return captured, len(shipments), len(self.email.recipients)


@pytest.fixture
def partners(shop: Shop) -> Iterator[Partners]:
    """Serve all partners, and let the shop use them."""
    with (
        stripe_server.serving() as stripe,
        carrier_server.serving() as carrier,
        mail_server.serving() as email,
    ):
        settings = replace(
            shop.services.settings,
            stripe=StripeAccess(api_key=stripe_server.API_KEY, api_base=stripe.url),
            carrier=CarrierAccess(url=carrier.url, token=carrier_server.TOKEN, is_test=True),
            smtp=SmtpAccess(
                scheme="smtp",
                host="127.0.0.1",
                port=email.port,
                sender=Address("The Shop", "orders", "shop.example"),
            ),
        )
        built = orders.services.build(settings, shop.services.clock)
        adapters = {name: getattr(built, name) for name in ("payments", "carrier", "mailer")}
        shop.replace_ports(**adapters)
        yield Partners(stripe=stripe, carrier=carrier, email=email, adapters=adapters)


def test_order_is_paid_shipped_and_confirmed(shop: Shop, partners: Partners) -> None:
    """By Stripe, over HTTP, by SMTP."""
    run = shop.run(an_order())

    assert run.output == COMPLETED
    assert partners.effects() == (3470, 1, 1)
    assert partners.email.recipients == [EMAIL]


def test_restarted_order_does_nothing_twice(shop: Shop, partners: Partners) -> None:
    """Every effect is found, although the store has no outcome."""
    store = Failing(shop.services.order_store, "close", before=FOREVER)
    shop.replace_ports(**partners.adapters, order_store=store)
    order_id = shop.run(an_order()).instance_id
    assert shop.record(order_id).outcome is None
    shop.replace_ports(**partners.adapters)

    run = shop.restart(order_id)

    assert run.output == COMPLETED
    assert partners.effects() == (3470, 1, 1)


def test_faults_of_all_partners_are_retried(shop: Shop, partners: Partners) -> None:
    """Each partner fails in its own way."""
    partners.stripe.plan.fail("create", Fault.LOST_AFTER, Fault.BUSY)
    partners.stripe.plan.fail("confirm", Fault.ERROR_BEFORE, Fault.LOST_AFTER)
    partners.stripe.plan.fail("capture", Fault.ERROR_AFTER, Fault.LOST_BEFORE)
    partners.carrier.plan.fail("book", Fault.LOST_AFTER)
    partners.email.refusals.extend(["451", "421"])

    run = shop.run(an_order())

    assert run.output == COMPLETED
    assert partners.effects() == (3470, 1, 1)


def test_refused_address_voids_the_authorization(shop: Shop, partners: Partners) -> None:
    """The customer gets an email about it."""
    run = shop.run(an_order(postal_code=carrier_server.REFUSED_POSTAL_CODE))

    assert run.output == {"status": "rejected", "reason": "addressRefused"}
    assert partners.effects() == (0, 0, 1)
    assert [intent["status"] for intent in partners.stripe.intents.values()] == ["canceled"]


def test_declined_card_books_no_shipment(shop: Shop, partners: Partners) -> None:
    """The carrier is not called."""
    run = shop.run(an_order(payment_method="pm_card_chargeDeclinedInsufficientFunds"))

    assert run.output == {"status": "rejected", "reason": "insufficientFunds"}
    assert partners.carrier.requests == []


def test_refund_and_shipment_that_come_back_are_recorded(shop: Shop, partners: Partners) -> None:
    """Events name the objects of Stripe and of the carrier."""
    order_id = shop.run(an_order()).instance_id
    refund(shop, order_id)
    partners.stripe.return_refunds()
    partners.carrier.shipments[0]["status"] = "returned"

    send_event(shop, next(iter(partners.stripe.refunds)))
    send_event(shop, "shp_0", partner=Partner.CARRIER)

    view = shop.get(order_id)
    assert view["refunds"][0]["reason"] == "refundReturned"
    assert view["delivery"]["status"] == "returned"
    assert failed_steps(shop) == ["refundPayment", "clarifyShipment"]


def test_dispute_is_recorded(shop: Shop, partners: Partners) -> None:
    """From its opening to its end."""
    order_id = shop.run(an_order()).instance_id
    for number, status in enumerate(["needs_response", "under_review", "won"]):
        partners.stripe.dispute(status)
        send_event(shop, next(iter(partners.stripe.disputes)), f"evt_{number}")

    (dispute,) = shop.get(order_id)["disputes"]
    assert (dispute["status"], failed_steps(shop)) == ("won", [])


def test_expired_authorization_ends_the_wait(shop: Shop, partners: Partners) -> None:
    """The carrier is down, and Stripe cancels the intent."""
    shop.replace_ports(**{**partners.adapters, "carrier": Outage(shop.carrier, "book")})
    order_id = shop.place(an_order())
    shop.let_minutes_pass(1)
    partners.stripe.expire()

    send_event(shop, next(iter(partners.stripe.intents)))
    shop.let_minutes_pass(1)

    assert shop.get(order_id)["reason"] == "authorizationLapsed"
    assert partners.effects() == (0, 0, 1)


def test_histories_contain_no_personal_data_of_partners(
    shop: Shop, partners: Partners, tmp_path: Path
) -> None:
    """A mail server repeats the recipient in its refusal."""
    partners.email.refusals.extend(["550"] * 20)

    run = shop.run(an_order())

    histories = b"".join(path.read_bytes() for path in (tmp_path / "host").rglob("*.sqlite3*"))
    assert "notes" in run.output
    assert b"550" in histories
    assert not any(word.encode() in histories for word in PERSONAL_DATA)
