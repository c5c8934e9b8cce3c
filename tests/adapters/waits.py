"""Changes of an order that waits, and queries for due and waiting orders."""

from datetime import datetime, timedelta

from orders.adapters.order_store.tables.queries import matches
from orders.domain.wait_changes import check_wait, end_wait, request_retry
from orders.domain.waits import WaitAnswer, WaitPolicy, WakePosition
from orders.ports.order_store import OrderQuery, OrderStore
from tests.adapters.stores import ids_of_pages
from tests.builders import NOON, a_round

#: When a wait that begins at noon ends at the latest.
DEADLINE = NOON + WaitPolicy().before_capture
WAITING = OrderQuery(is_waiting=True)


def due(before: datetime) -> OrderQuery:
    """Return recovery's query for open orders."""
    return OrderQuery(is_open=True, recovery_due_before=before)


#: Just after an order has changed, while it sleeps, and after its wait should have ended.
DUE = [due(NOON + delay) for delay in (timedelta(minutes=1), timedelta(hours=2), timedelta(days=3))]


def ids(store: OrderStore, query: OrderQuery) -> list[str]:
    """Return the IDs of the orders on all pages of a query."""
    return [order_id for page in ids_of_pages(store, query) for order_id in page]


def check(store: OrderStore, number: int = 0, order_id: str = "o") -> WaitAnswer:
    """Begin a round of the order's wait; the first one begins the wait."""
    this = a_round(number, is_first=number == 0)
    return store.update(order_id, lambda record: check_wait(record, this, WaitPolicy(), NOON))


def wake(store: OrderStore, order_id: str = "o") -> None:
    """Let the order try its step again."""
    store.update(order_id, lambda record: request_retry(record, NOON))


def end(store: OrderStore, number: int, order_id: str = "o") -> None:
    """End the wait: the step is done."""
    position = WakePosition(1, number)
    store.update(order_id, lambda record: end_wait(record, "processPayment", position, NOON))


def cancel(store: OrderStore, order_id: str = "o") -> None:
    """Request a cancellation."""
    store.update(order_id, lambda record: record.request_cancel(NOON))


def is_found_correctly(store: OrderStore) -> bool:
    """Whether the order "o" is found by the queries that it matches, and by no other."""
    record = store.find("o")
    return all(
        ids(store, query) == (["o"] if record and matches(query, record) else [])
        for query in (WAITING, *DUE)
    )
