"""`docs/order.md` describes the statuses and steps that the code has."""

import re
from typing import Any

from orders.contracts.names import Activity, StockStep
from orders.domain.attention import AttentionReason
from orders.domain.outcome import OrderStatus
from orders.services import services
from tests.builders import a_customer, a_stored_order, an_order
from tests.shop import APP, Shop

TEXT = (APP / "docs" / "order.md").read_text("utf-8")
ARROWS = re.findall(r"^ +(\S+) --> (\S+?)(?::|$)", TEXT, re.MULTILINE)
UNDELIVERABLE = "ada@undeliverable.example"


class RecordingStore:
    """An order store that notes every change of a status."""

    def __init__(self, shop: Shop) -> None:
        self._shop = shop
        self._store = shop.services.order_store
        self.changes: set[tuple[str, str]] = set()

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - any method of the store
        def call(*args: Any, **named: Any) -> object:  # noqa: ANN401 - its arguments
            order_id = args[0] if args else None
            before = self._store.find(order_id) if isinstance(order_id, str) else None
            result = getattr(self._store, name)(*args, **named)
            if before is not None:
                after = self._shop.record(str(order_id)).status
                self.changes |= {(before.status, after)} if before.status != after else set()
            return result

        return call


def resolve_and_wait(shop: Shop, order_id: str) -> None:
    """Retry the failed steps of an order, and wait until its orchestration has ended."""
    response = shop.resolve(order_id, "retry")
    assert response.status == 202, response.text
    shop.app.wait(order_id)


def visit_every_status(shop: Shop) -> None:
    """Run orders to every outcome, and retry what failed."""
    for order in (
        an_order(email=UNDELIVERABLE),
        an_order(email=UNDELIVERABLE, quantity=101),
        an_order(payment_method="pm_sandbox_undoUnavailable"),
    ):
        resolve_and_wait(shop, shop.run(order).instance_id)
    canceled = shop.place(an_order(email=UNDELIVERABLE, payment_method="pm_sandbox_flaky"))
    shop.app.wait_until_idle()
    shop.app.request("POST", f"/api/orders/{canceled}/cancel")
    shop.app.wait(canceled)
    resolve_and_wait(shop, canceled)
    store = services().order_store
    store.place(a_stored_order("ord_1"), a_customer(), "f")
    store.request_attention("ord_1", AttentionReason.RECOVERY_FAILED)
    resolve_and_wait(shop, "ord_1")


def test_diagram_shows_every_status() -> None:
    """The diagram has all statuses and no others."""
    assert {state for arrow in ARROWS for state in arrow} - {"[*]"} == set(OrderStatus)


def test_diagram_shows_every_change_of_status(shop: Shop) -> None:
    """The diagram has all changes of a status and no others."""
    store = RecordingStore(shop)
    shop.replace_ports(order_store=store)

    visit_every_status(shop)

    assert store.changes == {arrow for arrow in ARROWS if "[*]" not in arrow}


def test_every_step_is_described_once() -> None:
    """Each step has one row in the tables."""
    rows = re.findall(r"^\| `(\w+)` \|", TEXT, re.MULTILINE)

    assert sorted(rows) == sorted([*Activity, *StockStep])
