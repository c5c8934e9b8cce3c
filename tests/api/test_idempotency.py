"""Idempotency keys of orders: a repeated request places one order."""

from concurrent.futures import ThreadPoolExecutor

from orders.order_ids import order_id
from tests.builders import an_order
from tests.faults import Failing
from tests.shop import COMPLETED_EFFECTS, SECRET, Shop


def test_repeated_request_returns_the_same_order(shop: Shop) -> None:
    """The response says that it is a repetition, and nothing happens twice."""
    first = shop.post(an_order(), key="k")
    shop.app.wait(first.json()["orderId"])

    second = shop.post(an_order(), key="k")

    assert second.status == 202
    assert second.json()["orderId"] == first.json()["orderId"]
    assert second.json()["status"] == "completed"
    assert second.headers["idempotent-replayed"] == "true"
    assert shop.effects() == COMPLETED_EFFECTS


def test_request_written_another_way_is_the_same(shop: Shop) -> None:
    """The order of members and absent options make no other request."""
    order = an_order()
    reordered = {name: order[name] for name in reversed(order)} | {"reference": None}

    assert shop.place(order, key="k") == shop.place(reordered, key="k")


def test_key_with_another_body_is_refused(shop: Shop) -> None:
    """The first order is unchanged."""
    first = shop.place(an_order(), key="k")

    second = shop.post(an_order(quantity=3), key="k")

    assert second.status == 422
    assert second.json()["type"].endswith("idempotency-key-reused")
    assert shop.record(first).order.lines[0].quantity == 2


def test_two_keys_place_two_orders(shop: Shop) -> None:
    """Even with the same body."""
    assert shop.place(an_order(), key="k1") != shop.place(an_order(), key="k2")


def test_concurrent_requests_with_one_key_create_one_order(shop: Shop) -> None:
    """One authorization, one capture, one shipment, one email."""
    with ThreadPoolExecutor(20) as pool:
        responses = list(pool.map(lambda _: shop.post(an_order(), key="k"), range(20)))

    (placed,) = {response.json()["orderId"] for response in responses}
    shop.app.wait(placed)
    assert {response.status for response in responses} == {202}
    assert sum("idempotent-replayed" not in response.headers for response in responses) == 1
    assert shop.effects() == COMPLETED_EFFECTS


def test_repeated_request_starts_an_order_that_was_only_stored(shop: Shop) -> None:
    """The first request failed after its write and before the start."""
    shop.replace_ports(order_store=Failing(shop.services.order_store, "place", after=1))
    failed = shop.post(an_order(), key="k")
    shop.restore_ports()
    placed = order_id(SECRET, "k")
    assert failed.status == 503
    assert shop.get(placed)["status"] == "placed"

    repeated = shop.post(an_order(), key="k")

    assert repeated.json() == {**repeated.json(), "orderId": placed, "status": "placed"}
    assert shop.app.wait(placed).output["status"] == "completed"


class EmptyCatalogue:
    """A catalogue without products."""

    def product(self, sku: str) -> None:
        """Return no product."""


def test_repeated_request_finds_an_order_whose_product_left_the_catalogue(shop: Shop) -> None:
    """A new order of the product is refused."""
    placed = shop.place(an_order(), key="k")

    shop.replace_ports(catalogue=EmptyCatalogue())

    assert shop.place(an_order(), key="k") == placed
    assert shop.post(an_order(), key="another").status == 422
