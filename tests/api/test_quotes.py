"""Quotes: an order costs what its quote said."""

from typing import Any

import pytest

from local_host.testing import Response
from tests.builders import an_order
from tests.shop import Shop

TOTAL = {"minor": 3470, "currency": "EUR"}


def request_quote(shop: Shop, body: object) -> Response:
    """Request a quote."""
    return shop.app.request("POST", "/api/quotes", json=body)


def a_basket(**more: Any) -> dict[str, Any]:  # noqa: ANN401 - any JSON
    """Return the body of a quote request: an order without customer and payment method."""
    order = an_order(**more)
    return {name: order[name] for name in ("lines", "shippingAddress")}


def test_quote_shows_lines_shipping_tax_and_total(shop: Shop) -> None:
    """Tax is included in the prices; it is shown, not added."""
    response = request_quote(shop, a_basket())

    assert response.status == 200
    assert response.json() == {
        "lines": [
            {
                "sku": "MUG-BLUE",
                "name": "Stoneware mug, blue",
                "quantity": 2,
                "unitPrice": {"minor": 1490, "currency": "EUR"},
                "taxRate": 1900,
                "total": {"minor": 2980, "currency": "EUR"},
            }
        ],
        "shippingMethod": "standard",
        "shipping": {"minor": 490, "currency": "EUR"},
        "net": {"minor": 2916, "currency": "EUR"},
        "tax": {"minor": 554, "currency": "EUR"},
        "total": TOTAL,
        "problems": [],
    }


def test_order_costs_what_its_quote_said(shop: Shop) -> None:
    """The captured amount too, with tax rates and shipping prices of the country."""
    lines = [{"sku": "TEA-ASSAM", "quantity": 3}, {"sku": "MUG-BLUE", "quantity": 1}]
    order = an_order(lines=lines, country="FR", shippingMethod="express")
    quote = request_quote(shop, order).json()

    order_id = shop.place({**order, "expectedTotal": quote["total"]})
    shop.app.wait(order_id)

    view = shop.get(order_id)
    prices = {name: value for name, value in quote.items() if name != "problems"}
    assert {name: view[name] for name in prices} == prices
    capture = shop.payments.ledger.entries()[-1]
    assert (capture.kind, capture.detail["minor"]) == ("captured", quote["total"]["minor"])


def test_order_with_another_expected_total_is_refused(shop: Shop) -> None:
    """The response has the new quote, and the idempotency key remains free."""
    order = an_order(expectedTotal={"minor": 2980, "currency": "EUR"})

    refused = shop.post(order, key="k")
    accepted = shop.post(an_order(expectedTotal=refused.json()["quote"]["total"]), key="k")

    assert refused.status == 409
    assert refused.json()["type"].endswith("total-changed")
    assert refused.json()["quote"]["total"] == TOTAL
    assert accepted.status == 202
    assert "idempotent-replayed" not in accepted.headers


def test_new_quote_shows_other_problems(shop: Shop) -> None:
    """So that the corrected order is not rejected for another reason."""
    order = an_order(sku="KETTLE-2019", expectedTotal={"minor": 1, "currency": "EUR"})

    problems = shop.post(order).json()["quote"]["problems"]

    assert [problem["reason"] for problem in problems] == ["discontinued"]


def test_expected_total_in_another_currency_is_refused(shop: Shop) -> None:
    """The same number is not enough."""
    order = an_order(expectedTotal={"minor": 3470, "currency": "CHF"})

    assert shop.post(order).status == 409


def test_repeated_order_is_not_priced_again(shop: Shop) -> None:
    """It costs what it cost when it was placed."""
    order = an_order(expectedTotal=TOTAL)
    first = shop.place(order, key="k")
    shop.replace_ports(catalogue=None)

    assert shop.place(order, key="k") == first


def test_quote_shows_every_problem_of_the_order(shop: Shop) -> None:
    """With the number of the line."""
    lines = [{"sku": "MUG-BLUE", "quantity": 101}, {"sku": "KETTLE-2019", "quantity": 1}]

    problems = request_quote(shop, a_basket(lines=lines, country="US")).json()["problems"]

    assert problems == [
        {"reason": "countryNotServed"},
        {"reason": "quantityAboveLimit", "line": 1, "sku": "MUG-BLUE"},
        {"reason": "discontinued", "line": 2, "sku": "KETTLE-2019"},
    ]


def test_rejected_order_shows_every_problem(shop: Shop) -> None:
    """The first one is its reason."""
    lines = [{"sku": "KETTLE-2019", "quantity": 1}, {"sku": "MUG-BLUE", "quantity": 101}]
    order_id = shop.place(an_order(lines=lines))
    run = shop.app.wait(order_id)

    view = shop.get(order_id)

    assert run.output == {"status": "rejected", "reason": "discontinued"}
    assert view["problems"] == [
        {"reason": "discontinued", "line": 1, "sku": "KETTLE-2019"},
        {"reason": "quantityAboveLimit", "line": 2, "sku": "MUG-BLUE"},
    ]


def test_lines_of_one_product_are_merged(shop: Shop) -> None:
    """The limit applies to their sum."""
    lines = [{"sku": "MUG-BLUE", "quantity": 60}, {"sku": "MUG-BLUE", "quantity": 41}]
    order_id = shop.place(an_order(lines=lines))

    assert shop.app.wait(order_id).output["reason"] == "quantityAboveLimit"
    assert [line["quantity"] for line in shop.get(order_id)["lines"]] == [101]


@pytest.mark.parametrize(
    ("change", "field", "message"),
    [
        ({"expectedTotal": {"minor": "1", "currency": "EUR"}}, "expectedTotal.minor", "must be a"),
        ({"expectedTotal": {"minor": 1, "currency": "euro"}}, "expectedTotal.currency", "must be"),
        ({"shippingMethod": "drone"}, "shippingMethod", "must be 'standard' or 'express'"),
        ({"postal_code": "1011"}, "shippingAddress.postalCode", "of DE, such as 10115"),
        ({"country": "NL"}, "shippingAddress.postalCode", "of NL, such as 1012 AB"),
        ({"lines": []}, "lines", "must have 1 to 50 entries"),
    ],
)
@pytest.mark.parametrize("path", ["/api/quotes", "/api/orders"])
def test_invalid_field_is_named_for_quotes_and_orders(
    shop: Shop, path: str, change: dict[str, Any], field: str, message: str
) -> None:
    """Both have the same schema."""
    response = shop.app.request("POST", path, json=an_order(**change))

    assert response.status == 422
    (error,) = response.json()["errors"]
    assert error["field"] == field
    assert message in error["message"]
