"""Is a repeated request harmless?"""

from concurrent.futures import ThreadPoolExecutor

from orders.order_ids import order_id
from tests.builders import an_order
from tests.faults import Failing
from tests.shop import SECRET, Shop


def test_the_same_key_and_body_give_the_same_order(shop: Shop) -> None:
    """The repetition says that it is one, and nothing happens twice."""
    first = shop.post(an_order(), key="k")
    shop.app.wait(first.json()["orderId"])

    second = shop.post(an_order(), key="k")

    assert second.status == 202
    assert second.json()["orderId"] == first.json()["orderId"]
    assert second.json()["status"] == "completed"
    assert second.headers["idempotent-replayed"] == "true"
    assert shop.effects() == ["authorized", "captured", "booked", "dispatched", "sent"]


def test_the_same_order_written_another_way_is_the_same(shop: Shop) -> None:
    """The order of members, spaces around texts and absent options make no other order."""
    order = an_order()
    turned = {name: order[name] for name in reversed(order)} | {"reference": None}

    assert shop.place(order, key="k") == shop.place(turned, key="k")


def test_the_same_key_with_another_body_is_refused(shop: Shop) -> None:
    """The caller mixed up its keys; the first order stands."""
    first = shop.place(an_order(), key="k")

    second = shop.post(an_order(quantity=3), key="k")

    assert second.status == 422
    assert second.json()["type"].endswith("idempotency-key-reused")
    assert shop.record(first).order.lines[0].quantity == 2


def test_two_keys_are_two_orders(shop: Shop) -> None:
    """Even with the same body."""
    assert shop.place(an_order(), key="k1") != shop.place(an_order(), key="k2")


def test_of_twenty_that_race_all_get_one_order(shop: Shop) -> None:
    """One order, one authorization, one capture, one parcel, one mail."""
    with ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(lambda _: shop.post(an_order(), key="k"), range(20)))

    (placed,) = {answer.json()["orderId"] for answer in answers}
    shop.app.wait(placed)
    assert {answer.status for answer in answers} == {202}
    assert sum("idempotent-replayed" not in answer.headers for answer in answers) == 1
    assert shop.effects() == ["authorized", "captured", "booked", "dispatched", "sent"]


def test_a_retry_starts_an_order_that_was_only_written_down(shop: Shop) -> None:
    """The first request was lost after its write, before the start: its repetition heals it."""
    shop.replace_ports(order_store=Failing(shop.services.order_store, "place", after=1))
    lost = shop.post(an_order(), key="k")
    shop.restore_ports()
    placed = order_id(SECRET, "k")
    assert lost.status == 503
    assert shop.get(placed)["status"] == "placed"

    again = shop.post(an_order(), key="k")

    assert again.json() == {**again.json(), "orderId": placed, "status": "placed"}
    assert shop.app.wait(placed).output["status"] == "completed"


def test_an_order_id_tells_nothing_of_its_key() -> None:
    """The same key gives the same id with the same secret only."""
    assert order_id("secret", "k") == order_id("secret", "k")
    assert order_id("secret", "k") != order_id("another", "k")
    assert order_id("secret", None) != order_id("secret", None)


def test_a_key_keeps_its_first_id_for_ever() -> None:
    """Orders that were placed by an earlier program are found by it."""
    assert order_id("secret", "k") == "ord_o7quayk4dwrftwljo4aof2z4ae"
    assert order_id("secret", "k", 0) == order_id("secret", "k")
    assert len({order_id("secret", "k", generation) for generation in range(12)}) == 12


class EmptyCatalogue:
    """A shop that has stopped selling everything."""

    def product(self, sku: str) -> None:
        """No article is sold any more."""


def test_a_repetition_finds_its_order_after_the_product_has_left_the_catalogue(shop: Shop) -> None:
    """What was ordered, was ordered; a new order for the article is refused."""
    placed = shop.place(an_order(), key="k")

    shop.replace_ports(catalogue=EmptyCatalogue())

    assert shop.place(an_order(), key="k") == placed
    assert shop.post(an_order(), key="another").status == 422
