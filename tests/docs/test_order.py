"""Does the description of an order's life name what the code has?"""

import re
from typing import Any

import orders.services
from orders.contracts.names import Activity, StockStep
from orders.domain.attention import AttentionReason
from orders.domain.outcome import OrderStatus
from tests.builders import a_booked_order, a_person, an_order
from tests.shop import APP, Shop

TEXT = (APP / "docs" / "order.md").read_text("utf-8")
ARROWS = re.findall(r"^ +(\S+) --> (\S+?)(?::|$)", TEXT, re.MULTILINE)
UNDELIVERABLE = "ada@undeliverable.example"


class Watched:
    """A port of the book that notes every change of status."""

    def __init__(self, port: object, shop: Shop, seen: set[tuple[str, str]]) -> None:
        self._port = port
        self._shop = shop
        self._seen = seen

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - whatever the port has
        def call(*args: Any, **named: Any) -> object:  # noqa: ANN401 - likewise
            order_id = args[0] if args else None
            known = isinstance(order_id, str) and self._shop.services.order_store.find(order_id)
            answer = getattr(self._port, name)(*args, **named)
            if known:
                self._seen.add((known.status, self._shop.record(str(order_id)).status))
            return answer

        return call


def try_again(shop: Shop, order_id: str) -> None:
    """Let what failed be tried again."""
    answer = shop.resolve(order_id, "retry")
    assert answer.status == 202, answer.text
    shop.app.wait(order_id)


def go_every_way(shop: Shop) -> None:
    """Orders that come to every end, are left to a person, and go on from there."""
    for order in (
        an_order(email=UNDELIVERABLE),
        an_order(email=UNDELIVERABLE, quantity=101),
        an_order(payment_method="pm_sandbox_undoUnavailable"),
    ):
        try_again(shop, shop.run(order).instance_id)
    canceled = shop.place(an_order(email=UNDELIVERABLE, payment_method="pm_sandbox_flaky"))
    shop.app.settle()
    shop.app.request("POST", f"/api/orders/{canceled}/cancel")
    shop.app.wait(canceled)
    try_again(shop, canceled)
    shop.services.order_store.place(a_booked_order("ord_1"), a_person(), "f")
    orders.services.services().desk.put("ord_1", AttentionReason.RECOVERY_FAILED)
    try_again(shop, "ord_1")


def test_the_diagram_shows_every_status() -> None:
    """And no other."""
    assert {state for arrow in ARROWS for state in arrow} - {"[*]"} == set(OrderStatus)


def test_the_diagram_shows_every_way_from_one_to_another(shop: Shop) -> None:
    """And none that orders do not go."""
    seen: set[tuple[str, str]] = set()
    book, desk = shop.services.order_store, shop.services.desk
    shop.replace_ports(order_store=Watched(book, shop, seen), desk=Watched(desk, shop, seen))

    go_every_way(shop)

    drawn = {arrow for arrow in ARROWS if "[*]" not in arrow}
    assert {(before, after) for before, after in seen if before != after} == drawn


def test_every_step_is_described_once() -> None:
    """A new step without a row would leave its reader alone when it fails."""
    rows = re.findall(r"^\| `(\w+)` \|", TEXT, re.MULTILINE)

    assert sorted(rows) == sorted([*Activity, *StockStep])
