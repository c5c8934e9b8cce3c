"""Does the book in Azure Tables keep what was written, whatever goes wrong between it and us?"""

from collections.abc import Callable, Iterator

import pytest
from azure.data.tables import TableServiceClient

from local_host.host.clock import VirtualClock
from orders.adapters.order_store.tables import order_store as table_order_store
from orders.adapters.order_store.tables import orders as table_orders
from orders.adapters.order_store.tables.service import Tables
from orders.domain.errors import OrderNotFoundError, StoreUnavailableError
from orders.domain.outcome import Outcome
from orders.ports.order_store import OrderQuery
from tests import tables_server
from tests.adapters.books import Shelf, shelf_in
from tests.builders import a_booked_order, a_line, a_person
from tests.tables_server import TableService
from tests.wire import Fault

#: Nobody here waits that long, and no request carries an idempotency key.
UNKNOWN = {Fault.SLOW, Fault.IN_USE}
DONE = Outcome.completed("T1")


def a_shelf(service: TableService, retries: int = 0) -> Shelf:
    """The book in the service's tables, asked without many repeats."""
    account = TableServiceClient.from_connection_string(
        service.connection_string, retry_total=retries, retry_backoff_factor=0.01
    )
    return shelf_in(Tables(account), VirtualClock())


@pytest.fixture
def service() -> Iterator[TableService]:
    """A Table service that a test can look into, holding one order."""
    with tables_server.serving() as service:
        a_shelf(service).book.place(a_booked_order("o"), a_person(), "f")
        yield service


@pytest.mark.parametrize("fault", [one for one in Fault if one not in UNKNOWN])
@pytest.mark.parametrize(
    ("step", "act"),
    [
        ("get orders", lambda shelf: shelf.book.find("o")),
        ("replace orders", lambda shelf: shelf.book.open("o")),
        ("transact orders", lambda shelf: shelf.references("payment").withdraw("o")),
        ("query orderlists", lambda shelf: shelf.book.page(OrderQuery())),
    ],
)
def test_a_fault_is_told_without_the_words_of_the_service(
    service: TableService, step: str, act: Callable[[Shelf], object], fault: Fault
) -> None:
    """Which may repeat what was written."""
    shelf = a_shelf(service)
    service.plan.fail(step, fault)

    with pytest.raises(StoreUnavailableError) as caught:
        act(shelf)

    assert "Planted" not in str(caught.value)
    assert caught.value.__cause__ is None


def test_who_placed_an_order_knows_it_though_the_answer_was_lost(service: TableService) -> None:
    """The client asks again and is told that the order is there: it is its own."""
    shelf = a_shelf(service, retries=1)
    service.plan.fail("transact orders", Fault.ERROR_AFTER)

    placed = shelf.book.place(a_booked_order("new"), a_person(), "f")

    assert placed.is_new
    assert shelf.book.find("new") == placed.record


@pytest.mark.parametrize("fault", [Fault.ERROR_AFTER, Fault.LOST_AFTER])
def test_a_write_whose_answer_was_lost_is_done_once(service: TableService, fault: Fault) -> None:
    """The client writes again and is refused: by what it wrote itself."""
    shelf = a_shelf(service, retries=1)
    service.plan.fail("replace orders", fault)

    shelf.book.open("o")

    record = shelf.book.find("o")
    assert record is not None
    assert record.runs == 1


def test_a_write_that_comes_between_is_not_lost(service: TableService) -> None:
    """The page is read again, and the change is made up anew."""
    shelf, other = a_shelf(service), a_shelf(service)
    service.plan.meanwhile["replace orders"] = lambda: other.book.close("o", Outcome.canceled())

    assert shelf.book.close("o", DONE) == Outcome.canceled()


def test_an_order_that_is_forgotten_meanwhile_is_not_there(service: TableService) -> None:
    """Nothing of it is written any more; the mark of its id is left."""
    shelf, other = a_shelf(service), a_shelf(service)
    shelf.book.close("o", DONE)
    service.plan.meanwhile["replace orders"] = lambda: other.archive.forget("o")

    with pytest.raises(OrderNotFoundError):
        shelf.book.open("o")

    assert [row for _, row in service.rows("orders")] == ["mark"]


def test_an_order_that_is_written_while_it_is_forgotten_stays(service: TableService) -> None:
    """What was written, perhaps a refund, is not dropped unseen; it is forgotten another night."""
    shelf, other = a_shelf(service), a_shelf(service)
    shelf.book.close("o", DONE)
    service.plan.meanwhile["transact orders"] = lambda: other.book.open("o")

    with pytest.raises(StoreUnavailableError):
        shelf.archive.forget("o")

    assert shelf.book.find("o") is not None


def test_an_order_that_is_written_for_ever_is_given_up(
    service: TableService, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A caller who waits is told to come again."""
    monkeypatch.setattr(table_orders, "_ATTEMPTS", 3)
    shelf, other = a_shelf(service), a_shelf(service)

    def write_between() -> None:
        service.plan.meanwhile.pop("replace orders", None)
        other.book.open("o")
        service.plan.meanwhile["replace orders"] = write_between

    write_between()
    with pytest.raises(StoreUnavailableError, match="too many"):
        shelf.book.open("o")


def test_a_text_may_be_longer_than_one_column_takes(service: TableService) -> None:
    """It is written in parts."""
    lines = [a_line(f"SKU-{number:060}") for number in range(500)]

    order = a_shelf(service).book.place(a_booked_order("long", *lines), a_person(), "f").record

    assert a_shelf(service).book.find("long") == order


def test_an_id_that_is_no_key_is_not_there(service: TableService) -> None:
    """Anybody may ask for anything."""
    for order_id in ("a/b", "a\\b", "#", "?", "'", "é", "\x00", "o" * 5000, ""):
        assert a_shelf(service).book.find(order_id) is None


def test_a_page_for_which_too_many_were_looked_at_is_short(
    service: TableService, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It says where to go on, and all are found in the end."""
    monkeypatch.setattr(table_order_store, "MOST_LOOKED_AT", 3)
    monkeypatch.setattr(table_order_store, "_LEAST_LOOKED_AT", 1)
    book = a_shelf(service).book
    for number in range(10):
        book.place(a_booked_order(f"o{number}", a_line(f"SKU-{number}")), a_person(), "f")

    pages = [book.page(OrderQuery(sku="SKU-9", limit=1))]
    while pages[-1].after:
        pages.append(book.page(OrderQuery(sku="SKU-9", limit=1, after=pages[-1].after)))

    assert len(pages) > 2
    assert [one.order.order_id for page in pages for one in page.orders] == ["o9"]
