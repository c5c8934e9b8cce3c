"""What the order book lets go of, in Azure Tables."""

from adapters.book import changes
from adapters.tables.orders import MARK, PAGE, PERSON, TABLE, TableOrders, mark_of
from adapters.tables.queries import ListName
from adapters.tables.references import forget_references
from adapters.tables.rows import columns_to_record, key_of
from adapters.tables.service import Tables
from ports.clock import Clock


class TableArchive:
    """The part of the order book that forgets."""

    def __init__(self, tables: Tables, clock: Clock) -> None:
        self._tables = tables
        self._orders = TableOrders(tables, clock)
        self._clock = clock

    def erase(self, order_id: str) -> None:
        """Erase the personal part, and all words that people wrote."""
        now = self._clock.now()
        # The page last: from then on nobody looks here for anything personal any more.
        person = self._tables.get(TABLE, key_of(order_id), PERSON)
        if person is not None:
            self._tables.delete(TABLE, key_of(order_id), person)
        self._orders.change(order_id, lambda record: changes.erase(record, now))

    def note_purged(self, order_id: str) -> None:
        """Note that the engine and the stock know nothing of the order any more."""
        now = self._clock.now()
        self._orders.change(order_id, lambda record: changes.note_purged(record, now))

    def forget(self, order_id: str) -> None:
        """Drop the order's page and all that hangs on it, unless something is left to be done."""
        page = self._tables.get(TABLE, key_of(order_id), PAGE)
        record = columns_to_record(page.columns) if page else None
        if record is not None and not record.can_be_forgotten:
            return
        # The mark first, in a partition of its own: what is cut off here is forgotten later.
        self._tables.upsert(TABLE, mark_of(order_id), {MARK: {"order_id": order_id}})
        listed = self._orders.lists.rows_of(record.order, ListName) if record else []
        forget_references(self._tables, order_id)
        self._tables.delete_partition(TABLE, key_of(order_id), page)
        self._orders.lists.delete(listed)
