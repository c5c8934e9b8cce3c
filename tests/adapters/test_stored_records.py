"""Stored records: unreadable ones stop no other order; newer and full ones are read."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from local_host.host.clock import VirtualClock
from orders.adapters.order_store.records import record_to_text
from orders.adapters.order_store.tables.records import RECORD, TABLE
from orders.adapters.order_store.tables.rows import key_of
from orders.adapters.order_store.tables.service import Tables, connect_with_string
from orders.domain.attention import MAX_RESOLUTIONS
from orders.domain.errors import UnreadableRecordError
from orders.domain.operator_changes import request_refund
from orders.domain.order_record import OrderRecord
from orders.domain.outcome import OrderStatus, Outcome
from orders.domain.refund import MAX_REFUNDS
from orders.ports.order_store import OrderPage, OrderQuery, OrderStore
from tests import tables_server
from tests.adapters.stores import Backend, all_pages, backend_in, close, open_order, record_in
from tests.builders import (
    NAME,
    NOON,
    PERSONAL_DATA,
    a_customer,
    a_line,
    a_refund_request,
    a_resolution,
    a_stored_order,
)

UNREADABLE = "o2"


@pytest.fixture
def damaged(backend: Backend) -> Backend:
    """An order store with five orders, one a day; the record of the third one is unreadable."""
    for day in range(5):
        order = replace(a_stored_order(f"o{day}"), placed_at=NOON + timedelta(days=day))
        backend.store.place(order, a_customer(), "f")
    backend.write_text(UNREADABLE, json.dumps({"order": {"note": NAME}}))
    return backend


@pytest.mark.parametrize(
    "call",
    [
        lambda store: store.find(UNREADABLE),
        lambda store: open_order(store, UNREADABLE),
        lambda store: close(store, Outcome.completed("T1"), UNREADABLE),
        lambda store: store.place(a_stored_order(UNREADABLE), a_customer(), "f"),
        lambda store: store.delete(UNREADABLE),
    ],
    ids=["find", "open", "close", "place", "delete"],
)
def test_unreadable_record_raises_without_personal_data(
    damaged: Backend, call: Callable[[OrderStore], object]
) -> None:
    """The error names the order only, and nothing is written."""
    with pytest.raises(UnreadableRecordError) as raised:
        call(damaged.store)

    assert str(raised.value) == f"the record of {UNREADABLE} cannot be decoded"
    assert raised.value.__cause__ is None
    assert not [word for word in PERSONAL_DATA if word in str(raised.value)]
    assert damaged.store.page(OrderQuery()).unreadable == (UNREADABLE,)
    assert not damaged.store.is_deleted(UNREADABLE)


def test_other_orders_are_read_and_changed(damaged: Backend) -> None:
    """One damaged record affects no other order."""
    for name in ("o0", "o1", "o3", "o4"):
        open_order(damaged.store, name)

        assert record_in(damaged.store, name).runs == 1


@pytest.mark.parametrize("limit", [1, 2, 3, 5, 100])
@pytest.mark.parametrize(
    "query",
    [
        OrderQuery(),
        OrderQuery(newest_first=True),
        OrderQuery(is_open=True),
        OrderQuery(is_open=True, newest_first=True),
        OrderQuery(status=OrderStatus.PLACED),
        OrderQuery(is_purged=False),
        OrderQuery(is_erased=False),
        OrderQuery(sku="MUG-BLUE"),
        OrderQuery(recovery_due_before=NOON + timedelta(days=9), is_open=True),
    ],
    ids=["all", "newest", "open", "newest open", "status", "unpurged", "unerased", "SKU", "due"],
)
def test_pages_name_the_unreadable_order_once_and_have_all_others(
    damaged: Backend, query: OrderQuery, limit: int
) -> None:
    """The others are in their order, whatever the query and the size of the pages are."""
    pages = all_pages(damaged.store, replace(query, limit=limit))

    names = [record.order_id for page in pages for record in page.orders]
    assert names == sorted(["o0", "o1", "o3", "o4"], reverse=query.newest_first)
    assert [name for page in pages for name in page.unreadable] == [UNREADABLE]


def test_page_without_the_unreadable_order_does_not_name_it(damaged: Backend) -> None:
    """It is outside the range of time, or does not contain the product."""
    for query in (
        OrderQuery(placed_from=NOON + timedelta(days=3)),
        OrderQuery(placed_before=NOON + timedelta(days=2)),
        OrderQuery(sku="LAMP-OAK"),
    ):
        assert damaged.store.page(query).unreadable == ()


def test_repaired_record_is_read_again(damaged: Backend) -> None:
    """Nothing else remembers the damage."""
    record = replace(record_in(damaged.store, "o1"), order=a_stored_order(UNREADABLE))
    order = replace(record.order, placed_at=NOON + timedelta(days=2))

    damaged.write_text(UNREADABLE, record_to_text(replace(record, order=order)))

    page = damaged.store.page(OrderQuery())
    assert [item.order_id for item in page.orders] == [f"o{day}" for day in range(5)]
    assert page.unreadable == ()


def test_record_of_the_next_version_is_read_and_changed(backend: Backend) -> None:
    """Its unknown fields stop neither a look-up, nor a page, nor a change."""
    order = a_stored_order("o", a_line(), a_line("TEA-ASSAM"))
    placed = backend.store.place(order, a_customer(), "f").record
    plain = json.loads(record_to_text(placed))
    plain["order"]["quote"]["lines"][0]["new"] = plain["order"]["new"] = plain["new"] = {"a": [1]}
    backend.write_text("o", json.dumps(plain))

    assert backend.store.find("o") == placed
    assert backend.store.page(OrderQuery()) == OrderPage(orders=(placed,))
    assert close(backend.store, Outcome.completed("T1")) == Outcome.completed("T1")
    assert record_in(backend.store).outcome == Outcome.completed("T1")


def test_record_of_the_longest_texts_is_stored(store: OrderStore) -> None:
    """A row of Azure Tables has at most 1 MiB, two bytes for most characters, four for others."""
    note, operator = "\N{PACKAGE}" * 500, "\N{PACKAGE}" * 120
    lines = [a_line(f"{number:060}") for number in range(50)]
    store.place(a_stored_order("o", *lines), a_customer(), "f")
    request = replace(a_refund_request(1), note=note, operator=operator, fingerprint="f" * 64)
    resolution = a_resolution(note=note, operator=operator)

    def fill(record: OrderRecord) -> tuple[OrderRecord, None]:
        for number in range(MAX_REFUNDS):
            record, _ = request_refund(record, replace(request, refund_id=f"rfd_{number:026}"))
        resolutions = tuple(
            replace(resolution, resolution_id=f"res_{number:026}", steps=("reversePayment",))
            for number in range(MAX_RESOLUTIONS)
        )
        return replace(record, resolutions=resolutions), None

    close(store, Outcome.completed("T1"))
    store.update("o", fill)

    record = record_in(store)
    assert (len(record.refunds), len(record.resolutions)) == (MAX_REFUNDS, MAX_RESOLUTIONS)
    assert {item.note for item in record.refunds} == {note}
    assert {item.note for item in record.resolutions} == {note}
    assert len(record_to_text(record).encode("utf-16-le")) < 900 * 1024


def test_row_without_a_record_is_unreadable() -> None:
    """Azure Tables have no columns that every row must have."""
    with tables_server.serving() as service:
        tables = Tables(connect_with_string(service.connection_string))
        backend = backend_in(tables, VirtualClock())
        backend.store.place(a_stored_order("o"), a_customer(), "f")
        backend.store.place(a_stored_order("other"), a_customer(), "f")
        row = tables.get(TABLE, key_of("o"), RECORD)
        assert row is not None
        tables.replace(TABLE, key_of("o"), row, {"other": "column"})

        page = backend.store.page(OrderQuery())
        with pytest.raises(UnreadableRecordError):
            backend.store.find("o")

    assert [record.order_id for record in page.orders] == ["other"]
    assert page.unreadable == ("o",)
