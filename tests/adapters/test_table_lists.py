"""Lists of orders in Azure Tables: spread over shards, read as one list."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise

import pytest

from local_host.host.clock import VirtualClock
from orders.adapters.order_store.tables.lists import LISTS, TableLists
from orders.adapters.order_store.tables.queries import ListName, key_in
from orders.adapters.order_store.tables.service import Tables, connect_with_string
from orders.domain.outcome import OrderStatus, Outcome
from orders.ports.order_store import OrderQuery, OrderStore
from tests import tables_server
from tests.adapters.stores import backend_in, close, ids_of_pages
from tests.builders import NOON, a_customer, a_line, a_stored_order
from tests.tables_server import TableService

COUNT = 60
NAMES = [f"ord_{number:02}" for number in range(COUNT)]
#: Three orders are placed at the same time, so that pages end between them.
TIMES = {name: NOON + timedelta(minutes=number // 3) for number, name in enumerate(NAMES)}


@pytest.fixture(scope="module")
def service() -> Iterator[TableService]:
    """A simulated Table service with sixty open orders."""
    with tables_server.serving() as service:
        service.storage.page_length = 2
        store = a_store(service)
        for name in reversed(NAMES):
            line = a_line("TEA-ASSAM" if name.endswith("5") else "MUG-BLUE")
            order = replace(a_stored_order(name, line), placed_at=TIMES[name])
            store.place(order, a_customer(), "f")
        yield service


def a_store(service: TableService) -> OrderStore:
    """Return an order store in the service's tables."""
    return backend_in(some_tables(service), VirtualClock()).store


def some_tables(service: TableService) -> Tables:
    """Return the service's tables."""
    return Tables(connect_with_string(service.connection_string))


def shards(service: TableService) -> dict[str, set[str]]:
    """Return the partitions with the keys of each."""
    partitions: dict[str, set[str]] = {}
    for partition, key in service.rows(LISTS):
        partitions.setdefault(partition, set()).add(key)
    return partitions


def test_orders_are_spread_over_the_shards(service: TableService) -> None:
    """No partition takes more than a small part of the writes."""
    sizes = [len(keys) for keys in shards(service).values()]

    assert len(sizes) == 16
    assert max(sizes) <= COUNT * len(ListName) / 4
    assert sum(sizes) == COUNT * len(ListName)


def test_rows_of_an_order_are_in_one_shard(service: TableService) -> None:
    """One transaction enters it into every list."""
    for name in NAMES:
        keys = {key_in(list_name, TIMES[name], name) for list_name in ListName}

        assert [keys & shard for shard in shards(service).values() if keys & shard] == [keys]


def test_neighbors_in_time_are_in_different_shards(service: TableService) -> None:
    """The orders of one moment do not share a partition."""
    shard_of = {
        name: partition
        for partition, keys in shards(service).items()
        for name in NAMES
        if key_in(ListName.OLDEST, TIMES[name], name) in keys
    }

    same = [pair for pair in pairwise(NAMES) if shard_of[pair[0]] == shard_of[pair[1]]]
    assert len(same) < COUNT / 4


@pytest.mark.parametrize("limit", [7, 59, 60])
@pytest.mark.parametrize("newest_first", [False, True], ids=["oldest first", "newest first"])
@pytest.mark.parametrize(
    "query",
    [
        OrderQuery(),
        OrderQuery(is_open=True),
        OrderQuery(is_purged=False),
        OrderQuery(is_erased=False),
        OrderQuery(status=OrderStatus.PLACED),
    ],
    ids=["all", "open", "unpurged", "unerased", "placed"],
)
def test_pages_across_shards_are_in_order(
    service: TableService, query: OrderQuery, limit: int, *, newest_first: bool
) -> None:
    """Cursors lead from one page to the next, and no order is missing or there twice."""
    pages = ids_of_pages(a_store(service), replace(query, limit=limit, newest_first=newest_first))

    expected = NAMES[::-1] if newest_first else NAMES
    assert [name for page in pages for name in page] == expected
    assert all(len(page) == limit for page in pages[:-1])


@pytest.mark.parametrize("newest_first", [False, True], ids=["oldest first", "newest first"])
def test_ranges_and_products_are_selected_across_shards(
    service: TableService, *, newest_first: bool
) -> None:
    """The end of the range is exclusive; a product's orders are in order too."""
    store, step = a_store(service), -1 if newest_first else 1
    in_range = OrderQuery(
        placed_from=NOON + timedelta(minutes=4),
        placed_before=NOON + timedelta(minutes=9),
        newest_first=newest_first,
        limit=4,
    )
    tea = OrderQuery(sku="TEA-ASSAM", newest_first=newest_first, limit=4)

    pages = [ids_of_pages(store, query) for query in (in_range, tea)]

    names = [[name for page in item for name in page] for item in pages]
    assert names == [NAMES[12:27][::step], NAMES[5::10][::step]]


def test_order_placed_between_two_pages_does_not_shift_the_next_one() -> None:
    """The cursor is a position in every shard, even if each page has one order."""
    with tables_server.serving() as service:
        store = a_store(service)
        for name in NAMES[:20:2]:
            order = replace(a_stored_order(name), placed_at=TIMES[name])
            store.place(order, a_customer(), "f")
        first = store.page(OrderQuery(limit=5))
        for name in NAMES[1:20:2]:
            order = replace(a_stored_order(name), placed_at=TIMES[name])
            store.place(order, a_customer(), "f")

        rest = ids_of_pages(store, OrderQuery(cursor=first.cursor, limit=1))

    assert [record.order_id for record in first.orders] == NAMES[:10:2]
    assert rest == [[name] for name in NAMES[9:20]]


def test_ended_orders_leave_the_list_of_open_ones_in_every_shard() -> None:
    """The other orders stay listed."""
    with tables_server.serving() as service:
        store = a_store(service)
        for name in NAMES:
            order = replace(a_stored_order(name), placed_at=TIMES[name])
            store.place(order, a_customer(), "f")
        for name in NAMES[::2]:
            close(store, Outcome.canceled(), name)

        lists = TableLists(some_tables(service), VirtualClock())
        listed = [item.order_id for item in lists.find(OrderQuery(is_open=True))]

    assert listed == NAMES[1::2]
