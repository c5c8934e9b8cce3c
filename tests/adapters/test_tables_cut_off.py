"""Do the lists and the orders' pages agree, wherever a program is cut off between two writes?"""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from itertools import count
from math import inf

import pytest
from azure.data.tables import TableServiceClient

from local_host.host.clock import VirtualClock
from orders.adapters.order_store.tables.lists import TableLists
from orders.adapters.order_store.tables.queries import ListName, lists_of, meets, place_in
from orders.adapters.order_store.tables.service import Tables
from orders.domain.attention import AttentionReason, Resolution, ResolutionAction
from orders.domain.errors import StoreUnavailableError
from orders.domain.outcome import OrderStatus, Outcome
from orders.domain.refund import RefundOutcome
from orders.domain.refund_requests import RefundRequest
from orders.ports.order_store import OrderQuery
from tests import tables_server
from tests.adapters.books import Shelf, shelf_in
from tests.builders import NOON, a_booked_order, a_person
from tests.tables_server import TableService

ORDER = a_booked_order("o")
FAILED = Outcome.needs_attention("unavailable", ("ship",))
RETRY = Resolution(action=ResolutionAction.RETRY, note="n", by="b", at=NOON)

#: Each of them is answered by another list.
QUERIES = [
    OrderQuery(),
    OrderQuery(newest_first=True),
    OrderQuery(is_open=True),
    OrderQuery(needs_attention=True),
    OrderQuery(has_open_refund=True),
    OrderQuery(status=OrderStatus.NEEDS_ATTENTION, newest_first=True),
    OrderQuery(is_purged=False),
    OrderQuery(is_erased=False),
]


def place(shelf: Shelf) -> None:
    """Place the order."""
    shelf.book.place(ORDER, a_person(), "f")


def close(shelf: Shelf) -> None:
    """End the order."""
    shelf.book.close("o", Outcome.completed("T1"))


def refund(shelf: Shelf) -> None:
    """Ask for all of the money to be paid back."""
    wish = RefundRequest(refund_id="r", amount=None, note="n", by="b", at=NOON, fingerprint="f")
    shelf.refunds.request("o", wish)


def keep(shelf: Shelf) -> None:
    """Write down that the order's mail was taken."""
    shelf.references("mail_references").keep("o:confirm", "m1")


#: What happened before, and what is cut off.
CHANGES: dict[str, tuple[list[Callable[[Shelf], object]], Callable[[Shelf], object]]] = {
    "place": ([], place),
    "close": ([place], close),
    "close for a person": ([place], lambda shelf: shelf.book.close("o", FAILED)),
    "put": ([place], lambda shelf: shelf.desk.put("o", AttentionReason.RECOVERY_FAILED)),
    "decide": (
        [place, lambda shelf: shelf.book.close("o", FAILED)],
        lambda shelf: shelf.desk.decide("o", RETRY),
    ),
    "refund": ([place, close], refund),
    "close a refund": (
        [place, close, refund],
        lambda shelf: shelf.refunds.close("o", "r", RefundOutcome(is_paid=True)),
    ),
    "purge": ([place, close], lambda shelf: shelf.archive.record_purge("o")),
    "erase": ([place, close], lambda shelf: shelf.archive.erase("o")),
    "forget": ([place, close, keep], lambda shelf: shelf.archive.forget("o")),
}


def a_shelf(service: TableService) -> Shelf:
    """The book in the service's tables, as a new process sees it."""
    return shelf_in(Tables(an_account(service)), VirtualClock())


def an_account(service: TableService) -> TableServiceClient:
    """The service, of which everything is asked once."""
    return TableServiceClient.from_connection_string(service.connection_string, retry_total=0)


def is_listed_truly(shelf: Shelf) -> bool:
    """Whether the order is found by every query that it meets, and by no other."""
    record = shelf.book.find("o")
    return all(
        list(shelf.book.page(query).orders) == ([record] if record and meets(query, record) else [])
        for query in QUERIES
    )


def is_cut_off(service: TableService, act: Callable[[Shelf], object], requests: int) -> bool:
    """Whether a program comes to its end that nobody answers after so many requests."""
    service.requests_left = requests
    try:
        act(a_shelf(service))
    except StoreUnavailableError:
        return True
    else:
        return False
    finally:
        service.requests_left = inf


def is_tidy(service: TableService) -> bool:
    """Whether after a while, when the lists were read, they hold nothing but what is true."""
    shelf = a_shelf(service)
    shelf.clock.advance(NOON + timedelta(days=1))
    is_true = is_listed_truly(shelf)
    record = shelf.book.find("o")
    names = lists_of(record) if record else set[ListName]()
    keys = {place_in(name, record.order.placed_at, "o") for name in names if record}
    return is_true and keys == {key for _, key in service.rows("orderlists")}


@pytest.mark.parametrize("name", CHANGES)
def test_wherever_a_change_is_cut_off_lists_and_pages_agree(name: str) -> None:
    """Then, and when it was done again; what was left over is gone after a while."""
    before, act = CHANGES[name]
    for requests in count():
        with tables_server.serving() as service:
            for step in before:
                step(a_shelf(service))
            cut = is_cut_off(service, act, requests)

            assert is_listed_truly(a_shelf(service))
            act(a_shelf(service))
            assert is_tidy(service)
        if not cut:
            break


@pytest.mark.parametrize("requests", range(9))
def test_an_order_that_counts_as_erased_is_erased(requests: int) -> None:
    """Nobody would look for what was left of it."""
    with tables_server.serving() as service:
        place(a_shelf(service))
        is_cut_off(service, lambda shelf: shelf.archive.erase("o"), requests)

        record, customer = a_shelf(service).book.find("o"), a_shelf(service).book.customer("o")
        assert record is not None
        assert record.erased_at is None or customer is None


def test_lists_are_short_at_once() -> None:
    """The guardian reads the open orders every minute: who has ended is not among them."""
    with tables_server.serving() as service:
        place(a_shelf(service))
        close(a_shelf(service))
        after_close = {key.partition(":")[0] for _, key in service.rows("orderlists")}
        a_shelf(service).archive.forget("o")

        assert after_close == set(ListName) - {ListName.OPEN}
        assert service.rows("orderlists") == []


def test_who_lost_the_race_to_place_an_order_leaves_nothing() -> None:
    """The order is listed once, by the time that its page says."""
    with tables_server.serving() as service:
        earlier = replace(ORDER, placed_at=NOON - timedelta(seconds=1))
        service.plan.meanwhile["transact orders"] = lambda: a_shelf(service).book.place(
            earlier, a_person(), "f"
        )
        placed = a_shelf(service).book.place(ORDER, a_person(), "f")

        assert (placed.is_new, placed.record.order) == (False, earlier)
        assert is_listed_truly(a_shelf(service))
        assert is_tidy(service)


def test_an_order_that_comes_back_while_it_leaves_stays_listed() -> None:
    """Who takes it out of the list sees that it was written there anew."""
    with tables_server.serving() as service:
        place(a_shelf(service))
        lists = TableLists(Tables(an_account(service)), VirtualClock())
        service.plan.meanwhile["delete orderlists"] = lambda: lists.enter(ORDER, [ListName.OPEN])
        close(a_shelf(service))

        keys = [key for _, key in service.rows("orderlists")]
        assert place_in(ListName.OPEN, ORDER.placed_at, "o") in keys
