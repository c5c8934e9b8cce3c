"""Limits of the payment gateway: checked in quotes and orders, before anything is paid."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from orders.adapters.catalogue import JsonCatalogue
from tests import stripe_server
from tests.adapters.gateways import stripe_payments
from tests.builders import a_refund, an_order
from tests.shop import Shop


@dataclass(frozen=True, slots=True, kw_only=True)
class StripeShop:
    """A shop that is paid through Stripe."""

    shop: Shop
    stripe: stripe_server.Stripe
    folder: Path

    def sell(self, currency: str, price: int) -> None:
        """Offer one product at this price, with free shipping."""
        product = {"sku": "MUG-BLUE", "name": "Mug", "price": price, "openingBalance": 9}
        germany = {"tax": {"general": 0, "food": 0}, "shipping": {"standard": 0, "express": 0}}
        content = {"currency": currency, "products": [product], "countries": {"DE": germany}}
        path = self.folder / "small.json"
        path.write_text(json.dumps(content))
        payments = stripe_payments(self.stripe, self.folder)
        self.shop.replace_ports(catalogue=JsonCatalogue(path), payments=payments)


@pytest.fixture
def stripe_shop(shop: Shop, tmp_path: Path) -> Iterator[StripeShop]:
    """A shop that is paid through a simulated Stripe."""
    with stripe_server.serving() as stripe:
        yield StripeShop(shop=shop, stripe=stripe, folder=tmp_path)


def problems(shop: Shop, body: object) -> list[dict[str, Any]]:
    """Return the problems in the quote of an order."""
    response = shop.app.request("POST", "/api/quotes", json=body)
    assert response.status == 200, response.text
    found: list[dict[str, Any]] = response.json()["problems"]
    return found


@pytest.mark.parametrize(
    ("currency", "price", "reason"),
    [
        ("EUR", 49, "totalBelowMinimum"),
        ("EUR", 0, "totalBelowMinimum"),
        ("JPY", 49, "totalBelowMinimum"),
        ("KWD", 5124, "totalNotPayable"),
    ],
)
def test_total_that_stripe_does_not_take_is_a_problem_of_its_own(
    stripe_shop: StripeShop, currency: str, price: int, reason: str
) -> None:
    """The quote says so, the order is rejected, and Stripe is never called."""
    stripe_shop.sell(currency, price)
    order = an_order(quantity=1)
    shop = stripe_shop.shop

    order_id = shop.run(order).instance_id

    view = shop.get(order_id)
    assert problems(shop, order) == [{"reason": reason}]
    assert (view["status"], view["reason"], view["problems"]) == (
        *("rejected", reason),
        [{"reason": reason}],
    )
    assert stripe_shop.stripe.requests == []


@pytest.mark.parametrize(
    ("currency", "price", "text"),
    [("JPY", 50, "50 JPY"), ("KWD", 5120, "5.120 KWD"), ("ISK", 700, "700 ISK")],
)
def test_order_in_another_currency_is_paid(
    stripe_shop: StripeShop, currency: str, price: int, text: str
) -> None:
    """The email prints the decimals of the currency."""
    stripe_shop.sell(currency, price)
    shop = stripe_shop.shop
    order = an_order(quantity=1)

    order_id = shop.run(order).instance_id

    assert problems(shop, order) == []
    assert shop.get(order_id)["total"] == {"minor": price, "currency": currency}
    assert shop.get(order_id)["status"] == "completed"
    assert f"Total: {text}" in str(shop.emails()[-1].detail["text"])


def test_refund_that_stripe_does_not_pay_is_refused(stripe_shop: StripeShop) -> None:
    """The error names the field and the step."""
    stripe_shop.sell("KWD", 5120)
    order_id = stripe_shop.shop.run(an_order(quantity=1)).instance_id

    amount = {"minor": 1001, "currency": "KWD"}
    response = stripe_shop.shop.refund(order_id, {**a_refund(), "amount": amount})

    message = "must be a multiple of 10; no other amount can be paid"
    assert response.status == 422
    assert response.json()["errors"] == [{"field": "amount.minor", "message": message}]


def test_used_payment_method_rejects_the_order_at_once(shop: Shop) -> None:
    """The customer is asked to enter it anew."""
    order_id = shop.run(an_order(payment_method="pm_sandbox_used")).instance_id

    assert shop.get(order_id)["reason"] == "unusablePaymentMethod"
    assert "enter it anew" in str(shop.emails()[-1].detail["text"])
