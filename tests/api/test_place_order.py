"""What does a caller get for a good order?"""

import json

from tests.builders import an_order
from tests.shop import Shop


def test_a_good_order_is_accepted_with_its_own_links(shop: Shop) -> None:
    """202, the order's id, where to look, and when; no management URL."""
    answer = shop.post(an_order())

    order_id = answer.json()["orderId"]
    assert answer.status == 202
    assert answer.json() == {
        "orderId": order_id,
        "status": "placed",
        "links": {"self": f"/api/orders/{order_id}"},
    }
    assert answer.headers["location"] == f"/api/orders/{order_id}"
    assert answer.headers["retry-after"] == "1"


def test_two_orders_without_a_key_are_two_orders(shop: Shop) -> None:
    """The same body twice, without a key, may be meant so."""
    assert shop.place(an_order()) != shop.place(an_order())


def test_an_order_id_is_safe_in_urls_and_cannot_be_guessed(shop: Shop) -> None:
    """It has 128 random bits in letters and digits."""
    order_id = shop.place(an_order())

    assert order_id.removeprefix("ord_").isalnum()
    assert len(order_id) == len("ord_") + 26


def test_optional_fields_are_taken(shop: Shop) -> None:
    """A telephone, a second line, a region, the caller's own number and a note."""
    order = an_order(reference="PO-1")
    order["shippingAddress"] |= {"line2": "2nd floor", "region": "Bavaria"}

    order_id = shop.place(order)

    customer = shop.services.order_store.customer(order_id)
    assert customer is not None
    assert (customer.address.line2, customer.address.region) == ("2nd floor", "Bavaria")
    assert shop.get(order_id)["reference"] == "PO-1"


def test_spaces_around_a_text_do_not_count(shop: Shop) -> None:
    """They come from forms."""
    order = an_order(sku="  MUG-BLUE ")
    order["shippingAddress"]["line2"] = None

    assert shop.run(order).output["status"] == "completed"


def test_names_of_any_script_are_taken(shop: Shop) -> None:
    """What people are called is up to them."""
    order = an_order()
    order["customer"]["name"] = "Łukasz Ōe-Ñandú 山田"

    assert shop.run(order).output["status"] == "completed"


def test_the_charset_may_be_said(shop: Shop) -> None:
    """`application/json; charset=utf-8` is what many clients send."""
    body = json.dumps(an_order()).encode()
    headers = {"Content-Type": 'Application/JSON; charset="UTF-8"'}

    answer = shop.app.request("POST", "/api/orders", content=body, headers=headers)

    assert answer.status == 202
