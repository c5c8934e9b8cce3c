"""Does an order come to its end when the real adapters stand behind the ports?"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from orders.adapters.mailer.smtp import SmtpServer
from tests import carrier_server, mail_server, stripe_server
from tests.adapters.carriers import booked, http_carrier
from tests.adapters.gateways import Balance, of_stripe, stripe_payments
from tests.adapters.mailers import smtp_mailer, taken
from tests.builders import EMAIL, PERSONAL, an_order
from tests.shop import Shop
from tests.wire import Fault


@dataclass(frozen=True, slots=True)
class World:
    """The partners that the shop deals with."""

    stripe: stripe_server.Stripe
    carrier: carrier_server.Carrier
    email: mail_server.MailServer

    def comes_to(self) -> tuple[Balance, int, int]:
        """Money, parcels to be fetched, mails."""
        return of_stripe(self.stripe), booked(self.carrier), len(taken(self.email))


@pytest.fixture
def world(shop: Shop, tmp_path: Path) -> Iterator[World]:
    """Partners that never heard of the shop, which deals with all of them."""
    folder = tmp_path / "orders"
    with (
        stripe_server.serving() as stripe,
        carrier_server.serving() as carrier,
        mail_server.serving() as email,
    ):
        server = SmtpServer(scheme="smtp", host="127.0.0.1", port=email.port)
        shop.replace_ports(
            payments=stripe_payments(stripe, folder),
            carrier=http_carrier(carrier, folder),
            mailer=smtp_mailer(server, folder),
        )
        yield World(stripe, carrier, email)


def test_an_order_is_paid_shipped_and_confirmed(shop: Shop, world: World) -> None:
    """By Stripe, over HTTP, by SMTP."""
    run = shop.run(an_order())

    assert run.output == {"status": "completed", "trackingNumber": "TRK0"}
    assert world.comes_to() == (Balance(taken=3470), 1, 1)
    assert world.email.recipients == [EMAIL]


def test_an_order_that_is_run_again_is_not_done_again(shop: Shop, world: World) -> None:
    """Everything that was done is found, even if the book has forgotten the end."""
    order_id = shop.place(an_order())
    shop.app.settle()
    with shop.services.order_store._database.writing() as book:  # type: ignore[attr-defined]
        book.execute("UPDATE orders SET outcome = NULL, ended_at = NULL")

    run = shop.restart(order_id)

    assert run.output == {"status": "completed", "trackingNumber": "TRK0"}
    assert world.comes_to() == (Balance(taken=3470), 1, 1)


def test_a_bad_day_of_all_partners_ends_well(shop: Shop, world: World) -> None:
    """Each of them fails in its own way, and is tried again."""
    world.stripe.plan.fail("create", Fault.LOST_AFTER, Fault.BUSY)
    world.stripe.plan.fail("confirm", Fault.ERROR_BEFORE, Fault.LOST_AFTER)
    world.stripe.plan.fail("capture", Fault.ERROR_AFTER, Fault.LOST_BEFORE)
    world.carrier.plan.fail("book", Fault.LOST_AFTER)
    world.email.refusals.extend(["451", "421"])

    run = shop.run(an_order())

    assert run.output == {"status": "completed", "trackingNumber": "TRK0"}
    assert world.comes_to() == (Balance(taken=3470), 1, 1)


def test_a_refused_address_gives_the_money_back(shop: Shop, world: World) -> None:
    """The hold at Stripe is voided, and the customer is told by mail."""
    run = shop.run(an_order(postal_code=carrier_server.REFUSED_POSTAL_CODE))

    assert run.output == {"status": "rejected", "reason": "addressRefused"}
    assert world.comes_to() == (Balance(), 0, 1)


def test_a_decline_ships_nothing(shop: Shop, world: World) -> None:
    """The carrier never hears of the order."""
    run = shop.run(an_order(payment_method="pm_card_chargeDeclinedInsufficientFunds"))

    assert run.output == {"status": "rejected", "reason": "insufficientFunds"}
    assert world.carrier.requests == []


def test_what_partners_say_of_the_customer_stays_out_of_histories(
    shop: Shop, world: World, tmp_path: Path
) -> None:
    """A mail server repeats the recipient in its refusal; a history is no place for it."""
    world.email.refusals.extend(["550"] * 20)

    run = shop.run(an_order())

    histories = b"".join(path.read_bytes() for path in (tmp_path / "host").rglob("*.sqlite3*"))
    assert "notes" in run.output
    assert b"550" in histories
    assert not any(word.encode() in histories for word in PERSONAL)
