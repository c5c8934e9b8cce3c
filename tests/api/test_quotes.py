"""Does a customer learn what an order costs before it is placed, and pay exactly that?"""

from typing import Any

import pytest

from local_host.testing import Response
from tests.builders import an_order
from tests.shop import Shop

EUROS_34_70 = {"minor": 3470, "currency": "EUR"}


def ask(shop: Shop, body: object) -> Response:
    """Ask what an order would cost."""
    return shop.app.request("POST", "/api/quotes", json=body)


def a_basket(**more: Any) -> dict[str, Any]:  # noqa: ANN401 - any JSON
    """What is known of an order before anybody says who they are and how they pay."""
    order = an_order(**more)
    return {name: order[name] for name in ("lines", "shippingAddress")}


def test_a_quote_tells_each_line_and_what_comes_on_top(shop: Shop) -> None:
    """Tax is contained in the prices: it is told, not added."""
    answer = ask(shop, a_basket())

    assert answer.status == 200
    assert answer.json() == {
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
        "total": EUROS_34_70,
        "problems": [],
    }


def test_an_order_costs_what_its_quote_said(shop: Shop) -> None:
    """The amount that is taken, to the cent, with tax rates and shipping of the country."""
    lines = [{"sku": "TEA-ASSAM", "quantity": 3}, {"sku": "MUG-BLUE", "quantity": 1}]
    basket = an_order(lines=lines, country="FR", shippingMethod="express")
    quote = ask(shop, basket).json()

    order_id = shop.place({**basket, "expectedTotal": quote["total"]})
    shop.app.wait(order_id)

    shown = shop.get(order_id)
    assert {name: shown[name] for name in quote if name != "problems"} == {
        name: value for name, value in quote.items() if name != "problems"
    }
    taken = shop.payments.ledger.entries()[-1]
    assert (taken.kind, taken.detail["minor"]) == ("captured", quote["total"]["minor"])


def test_another_total_than_expected_orders_nothing(shop: Shop) -> None:
    """The caller gets the new quote, and may repeat the request under the same key."""
    old = an_order(expectedTotal={"minor": 2980, "currency": "EUR"})

    refused = shop.post(old, key="k")
    taken = shop.post(an_order(expectedTotal=refused.json()["quote"]["total"]), key="k")

    assert refused.status == 409
    assert refused.json()["type"].endswith("total-changed")
    assert refused.json()["quote"]["total"] == EUROS_34_70
    assert taken.status == 202
    assert "idempotent-replayed" not in taken.headers


def test_a_new_quote_tells_what_else_is_wrong(shop: Shop) -> None:
    """Whoever corrects the total is not refused a second time."""
    wrong = an_order(sku="KETTLE-2019", expectedTotal={"minor": 1, "currency": "EUR"})

    problems = shop.post(wrong).json()["quote"]["problems"]

    assert [problem["reason"] for problem in problems] == ["discontinued"]


def test_another_currency_is_another_total(shop: Shop) -> None:
    """The same number is not enough."""
    order = an_order(expectedTotal={"minor": 3470, "currency": "CHF"})

    assert shop.post(order).status == 409


def test_a_repeated_order_is_not_priced_again(shop: Shop) -> None:
    """It costs what it cost when it was placed, whatever the catalogue says by then."""
    order = an_order(expectedTotal=EUROS_34_70)
    first = shop.place(order, key="k")
    shop.replace_ports(catalogue=None)

    assert shop.place(order, key="k") == first


def test_a_quote_tells_every_rule_that_the_order_would_break(shop: Shop) -> None:
    """With the number of the line, before anything is placed."""
    lines = [{"sku": "MUG-BLUE", "quantity": 101}, {"sku": "KETTLE-2019", "quantity": 1}]

    problems = ask(shop, a_basket(lines=lines, country="US")).json()["problems"]

    assert problems == [
        {"reason": "countryNotServed"},
        {"reason": "quantityAboveLimit", "line": 1, "sku": "MUG-BLUE"},
        {"reason": "discontinued", "line": 2, "sku": "KETTLE-2019"},
    ]


def test_an_order_tells_every_rule_that_it_broke(shop: Shop) -> None:
    """The first is its reason; all stand in the book and in the answer."""
    lines = [{"sku": "KETTLE-2019", "quantity": 1}, {"sku": "MUG-BLUE", "quantity": 101}]
    order_id = shop.place(an_order(lines=lines))
    run = shop.app.wait(order_id)

    shown = shop.get(order_id)

    assert run.output == {"status": "rejected", "reason": "discontinued"}
    assert shown["problems"] == [
        {"reason": "discontinued", "line": 1, "sku": "KETTLE-2019"},
        {"reason": "quantityAboveLimit", "line": 2, "sku": "MUG-BLUE"},
    ]


def test_lines_of_one_product_are_one_line(shop: Shop) -> None:
    """Its limit counts them together."""
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
        ({"postal_code": "1011"}, "shippingAddress.postalCode", "of DE, as 10115"),
        ({"country": "NL"}, "shippingAddress.postalCode", "of NL, as 1012 AB"),
        ({"lines": []}, "lines", "must have 1 to 50 entries"),
    ],
)
@pytest.mark.parametrize("path", ["/api/quotes", "/api/orders"])
def test_what_a_form_can_tell_is_told_at_the_door(
    shop: Shop, path: str, change: dict[str, Any], field: str, message: str
) -> None:
    """By the quote as by the order."""
    answer = shop.app.request("POST", path, json=an_order(**change))

    assert answer.status == 422
    (error,) = answer.json()["errors"]
    assert error["field"] == field
    assert message in error["message"]
