"""Random concurrent changes of one order in Azure Tables, some of them cut off."""

from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from itertools import count
from random import Random

import pytest

from local_host.host.clock import VirtualClock
from orders.adapters.order_store.tables import records as table_records
from orders.adapters.order_store.tables.filters import filter_columns
from orders.adapters.order_store.tables.lists import LISTS
from orders.adapters.order_store.tables.queries import ListName, key_in, lists_of
from orders.adapters.order_store.tables.records import RECORD, TABLE, row_to_record
from orders.adapters.order_store.tables.rows import Columns
from orders.adapters.order_store.tables.service import Row, Tables
from orders.domain import operator_changes
from orders.domain.errors import OrderNotFoundError
from orders.domain.order_record import OrderRecord
from orders.domain.outcome import Outcome
from orders.domain.wait_changes import check_wait, end_wait, request_retry
from orders.domain.waits import WaitPolicy
from orders.ports.order_store import Change, OrderQuery
from tests.adapters.stores import backend_in
from tests.builders import NOON, a_customer, a_resolution, a_round, a_stored_order

ORDER = a_stored_order("o")
FAILED = Outcome.needs_attention("unavailable", ("shipOrder",))


class InterruptedWriterError(Exception):
    """The process of a writer has died."""


class MemoryTables(Tables):
    """Tables in memory. Anything may happen before a request."""

    def __init__(self, before_request: Callable[[], None]) -> None:
        self._before_request = before_request
        self._numbers = count()
        self.content: dict[tuple[str, str, str], Row] = {}

    def get(self, table: str, partition: str, key: str) -> Row | None:
        """Return the row, if there is one."""
        self._before_request()
        return self.content.get((table, partition, key))

    def rows(
        self,
        table: str,
        partition: str,
        between: tuple[str, str] | None = None,
        condition: str | None = None,  # noqa: ARG002 - all rows are candidates
    ) -> Iterator[Row]:
        """Yield the rows of a partition between two keys."""
        self._before_request()
        low, high = between or ("", "~")
        for place, row in sorted(self.content.items()):
            if place[:2] == (table, partition) and low < row.key < high:
                yield row

    def insert(self, table: str, partition: str, rows: Mapping[str, Columns]) -> bool:
        """Write new rows; False if one of them exists."""
        self._before_request()
        if any((table, partition, key) in self.content for key in rows):
            return False
        self._write(table, partition, rows)
        return True

    def upsert(self, table: str, partition: str, rows: Mapping[str, Columns]) -> None:
        """Write rows, whether they exist or not."""
        self._before_request()
        self._write(table, partition, rows)

    def replace(self, table: str, partition: str, row: Row, columns: Columns) -> bool:
        """Replace the row; False if it changed since it was read."""
        self._before_request()
        if self.content.get((table, partition, row.key)) != row:
            return False
        self._write(table, partition, {row.key: columns})
        return True

    def delete(self, table: str, partition: str, row: Row) -> None:
        """Delete the row, unless it changed since it was read."""
        self._before_request()
        if self.content.get((table, partition, row.key)) == row:
            del self.content[table, partition, row.key]

    def _write(self, table: str, partition: str, rows: Mapping[str, Columns]) -> None:
        for key, columns in rows.items():
            row = Row(key=key, columns=columns, etag=str(next(self._numbers)))
            self.content[table, partition, key] = row


class Race:
    """Writers and readers of one order that interrupt each other before their requests."""

    def __init__(self, seed: int) -> None:
        self._random = Random(seed)  # noqa: S311 - a reproducible race
        self._tables = MemoryTables(self._before_request)
        self._clock = VirtualClock()
        self._clock.advance(NOON)
        self._store = backend_in(self._tables, self._clock).store
        self._running = 0

    def run(self) -> None:
        """Run some writers and readers one after another, with long pauses in between."""
        for _ in range(6):
            self._run_one()
            hours = self._random.choice([0, 0, 2, 30])
            self._clock.advance(self._clock.now() + timedelta(hours=hours))

    def _run_one(self) -> None:
        self._running += 1
        try:
            self._random.choice([self._place, self._read, *[self._update] * 5])()
        except (InterruptedWriterError, OrderNotFoundError):
            pass
        finally:
            self._running -= 1

    def _before_request(self) -> None:
        self._check()
        if self._running < 4 and self._random.random() < 0.25:
            self._run_one()
        if self._random.random() < 0.02:
            raise InterruptedWriterError

    def _place(self) -> None:
        self._store.place(ORDER, a_customer(), "f")

    def _read(self) -> None:
        self._store.page(OrderQuery(is_open=True))

    def _update(self) -> None:
        for _ in range(self._random.randint(1, 3)):
            self._store.update("o", self._change())

    def _change(self) -> Change[object]:
        now = self._clock.now()
        changes: list[Change[object]] = [
            self._round,
            self._round,
            lambda record: request_retry(record, now),
            lambda record: end_wait(record, "processPayment", record.wake_position, now),
            lambda record: record.open(),
            lambda record: record.request_cancel(now),
            lambda record: record.record_recovery(1, now + timedelta(hours=1)),
            lambda record: record.close(FAILED, now),
            lambda record: operator_changes.resolve_attention(record, a_resolution()),
        ]
        return self._random.choice(changes)

    def _round(self, record: OrderRecord) -> tuple[OrderRecord, object]:
        is_same_run = record.wake_position.run == record.runs
        number = record.wake_position.round + 1 if is_same_run else 0
        this = a_round(number, run=record.runs)
        return check_wait(record, this, WaitPolicy(), self._clock.now())

    def _check(self) -> None:
        """Check that the order is in its lists, and that no filter hides it."""
        stored = self._tables.content.get((TABLE, "o", RECORD))
        if stored is None:
            return
        record = row_to_record("o", stored)
        rows = {
            key: row.columns
            for (table, _, key), row in self._tables.content.items()
            if table == LISTS
        }
        for name in lists_of(record):
            assert key_in(name, NOON, "o") in rows
        if ListName.OPEN in lists_of(record):
            columns, exact = rows[key_in(ListName.OPEN, NOON, "o")], filter_columns(record)
            assert columns["is_waiting"] or not exact["is_waiting"]
            assert str(columns["paused_until"]) <= str(exact["paused_until"])


@pytest.mark.parametrize("part", range(4))
def test_no_order_is_hidden_at_any_moment(part: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever others write between two requests of a writer, and wherever one stops."""
    monkeypatch.setattr(table_records, "randbelow", lambda _: 0)
    for seed in range(part * 100, part * 100 + 100):
        Race(seed).run()
