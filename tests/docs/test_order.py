"""Life of an order: docs/order.md shows every status, every transition and every step."""

import re
from typing import Any

from orders.contracts.names import Activity, StockStep
from orders.domain.attention import AttentionReason
from orders.domain.outcome import OrderStatus
from tests.builders import a_customer, a_stored_order, an_order
from tests.shop import APP, Shop

TEXT = (APP / "docs" / "order.md").read_text("utf-8")
TRANSITIONS = re.findall(r"^ +(\S+) --> (\S+?)(?::|$)", TEXT, re.MULTILINE)
UNDELIVERABLE = "ada@undeliverable.example"


class RecordingStore:
    """An order store that records every change of an order's status."""

    def __init__(self, shop: Shop) -> None:
        self._store = shop.services.order_store
        self.transitions: set[tuple[str, str]] = set()

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - any method of the store
        method = getattr(self._store, name)

        def call(*args: Any, **kwargs: Any) -> object:  # noqa: ANN401 - any arguments
            order_id = args[0] if args and isinstance(args[0], str) else ""
            before = self._store.find(order_id)
            result = method(*args, **kwargs)
            after = self._store.find(order_id)
            if before and after and before.status is not after.status:
                self.transitions.add((before.status, after.status))
            return result

        return call


def retry(shop: Shop, order_id: str) -> None:
    """Let an operator retry the failed steps of an order."""
    response = shop.resolve(order_id, "retry")
    assert response.status == 202, response.text
    shop.app.wait(order_id)


def run_every_transition(shop: Shop) -> None:
    """Run orders to every outcome and into the attention queue, and retry them from there."""
    for order in (
        an_order(email=UNDELIVERABLE),
        an_order(email=UNDELIVERABLE, quantity=101),
        an_order(payment_method="pm_sandbox_undoUnavailable"),
    ):
        retry(shop, shop.run(order).instance_id)
    refused = shop.place(an_order(payment_method="pm_sandbox_refundRefused"))
    shop.app.wait_until_idle()
    shop.cancel(refused)
    shop.app.wait(refused)
    canceled = shop.place(an_order(email=UNDELIVERABLE, payment_method="pm_sandbox_flaky"))
    shop.app.wait_until_idle()
    shop.cancel(canceled)
    shop.app.wait(canceled)
    retry(shop, canceled)


def run_recovery_failure(shop: Shop, store: RecordingStore) -> None:
    """Put an order that was never started into the attention queue, and retry it."""
    shop.services.order_store.place(a_stored_order("ord_1"), a_customer(), "f")
    now = shop.services.clock.now()
    store.update("ord_1", lambda r: r.request_attention(AttentionReason.RECOVERY_FAILED, now))
    retry(shop, "ord_1")


def test_the_diagram_shows_every_status() -> None:
    """The states of the diagram are the statuses of an order."""
    assert {state for pair in TRANSITIONS for state in pair} - {"[*]"} == set(OrderStatus)


def test_the_diagram_shows_every_transition(shop: Shop) -> None:
    """The arrows of the diagram are the changes of status that occur."""
    store = RecordingStore(shop)
    shop.replace_ports(order_store=store)

    run_every_transition(shop)
    run_recovery_failure(shop, store)

    assert store.transitions == {pair for pair in TRANSITIONS if "[*]" not in pair}


def test_the_tables_describe_every_step_once() -> None:
    """The steps of the three tables are the steps of the code."""
    steps = re.findall(r"^\| `(\w+)` \|", TEXT, re.MULTILINE)

    assert sorted(steps) == sorted([*Activity, *StockStep])
