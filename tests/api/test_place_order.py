"""Placing a valid order."""

import json

from tests.builders import an_order
from tests.shop import Shop


def test_valid_order_is_accepted(shop: Shop) -> None:
    """The response has ID, status and link of the order, and no management URL."""
    response = shop.post(an_order())

    order_id = response.json()["orderId"]
    assert response.status == 202
    assert response.json() == {
        "orderId": order_id,
        "status": "placed",
        "links": {"self": f"/api/orders/{order_id}"},
    }
    assert response.headers["location"] == f"/api/orders/{order_id}"
    assert response.headers["retry-after"] == "1"
    assert response.headers["cache-control"] == "no-store"


def test_requests_without_a_key_place_different_orders(shop: Shop) -> None:
    """Even with the same body."""
    assert shop.place(an_order()) != shop.place(an_order())


def test_order_id_is_random_and_safe_in_urls(shop: Shop) -> None:
    """128 random bits in alphanumeric characters."""
    order_id = shop.place(an_order())

    assert order_id.removeprefix("ord_").isalnum()
    assert len(order_id) == len("ord_") + 26


def test_optional_fields_are_stored(shop: Shop) -> None:
    """Second address line, region and the caller's reference."""
    order = an_order(reference="PO-1")
    order["shippingAddress"] |= {"line2": "2nd floor", "region": "Bavaria"}

    order_id = shop.place(order)

    customer = shop.services.order_store.customer(order_id)
    assert customer is not None
    assert (customer.address.line2, customer.address.region) == ("2nd floor", "Bavaria")
    assert shop.get(order_id)["reference"] == "PO-1"


def test_spaces_around_texts_are_removed(shop: Shop) -> None:
    """Also null is accepted for an optional field."""
    order = an_order(sku="  MUG-BLUE ")
    order["shippingAddress"]["line2"] = None

    assert shop.run(order).output["status"] == "completed"


def test_names_in_any_script_are_accepted(shop: Shop) -> None:
    """Only control characters are refused."""
    order = an_order()
    order["customer"]["name"] = "Łukasz Ōe-Ñandú 山田"

    assert shop.run(order).output["status"] == "completed"


def test_content_type_may_have_a_charset(shop: Shop) -> None:
    """In any case, and quoted."""
    body = json.dumps(an_order()).encode()
    headers = {"Content-Type": 'Application/JSON; charset="UTF-8"'}

    response = shop.app.request("POST", "/api/orders", content=body, headers=headers)

    assert response.status == 202
