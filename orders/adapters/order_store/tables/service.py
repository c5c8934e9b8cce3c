"""How are rows of Azure Tables read and written, so that no write of anybody is lost?

Only here are the service's words translated. They may repeat what was written, so nothing is told
but its code.
"""

import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from secrets import token_hex
from threading import Lock
from typing import Any, Final

from azure.core import MatchConditions
from azure.core.exceptions import (
    AzureError,
    HttpResponseError,
    ResourceModifiedError,
    ResourceNotFoundError,
)
from azure.data.tables import TableClient, TableServiceClient, UpdateMode

from orders.adapters.order_store.columns import Columns
from orders.adapters.order_store.tables.rows import to_columns, to_entity
from orders.domain.errors import StoreUnavailableError

#: Stays below the time after which whoever waits for an answer gives up.
_PATIENCE: Final[Mapping[str, Any]] = {
    "retry_total": 3,
    "retry_backoff_factor": 0.2,
    "connection_timeout": 5,
    "read_timeout": 10,
}
#: How many rows are asked for at once.
_ROWS_AT_ONCE: Final = 200

# Otherwise the client tells of every request.
logging.getLogger("azure.core.pipeline.policies.http_logging_policy").setLevel(logging.WARNING)


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A row as it was read."""

    key: str
    columns: Columns
    #: Changes with each write.
    etag: str


def connect_with_string(text: str) -> TableServiceClient:
    """The account that a connection string names. Nothing connects before it is used."""
    return TableServiceClient.from_connection_string(text, **_PATIENCE)


def connect_with_identity(account_url: str, client_id: str | None) -> TableServiceClient:
    """The account at a URL, asked as whoever this program is. Nothing connects before its use."""
    # It takes a while to import: only who uses it pays for it.
    from azure.identity import DefaultAzureCredential  # noqa: PLC0415

    identity = DefaultAzureCredential(managed_identity_client_id=client_id)
    return TableServiceClient(account_url, credential=identity, **_PATIENCE)


class Tables:
    """Some tables of one storage account, made at their first use."""

    def __init__(self, account: TableServiceClient, prefix: str = "") -> None:
        self._account = account
        self._prefix = prefix
        self._clients: dict[str, TableClient] = {}
        self._opening = Lock()

    def get(self, table: str, partition: str, key: str) -> Row | None:
        """One row, if it is there."""
        with _translated():
            try:
                return _row(self._open(table).get_entity(partition, key))
            except ResourceNotFoundError:
                return None

    def rows(
        self, table: str, partition: str, between: tuple[str, str] | None = None
    ) -> Iterator[Row]:
        """The rows of a partition, or those between two keys, in the order of their keys."""
        condition, values = "PartitionKey eq @partition", {"partition": partition}
        if between is not None:
            condition += " and RowKey gt @low and RowKey lt @high"
            values |= {"low": between[0], "high": between[1]}
        with _translated():
            found = self._open(table).query_entities(
                condition, parameters=values, results_per_page=_ROWS_AT_ONCE
            )
            for entity in found:
                yield _row(entity)

    def insert(self, table: str, partition: str, rows: Mapping[str, Columns]) -> bool:
        """Write new rows in one transaction, unless one of them is there already."""
        mark = token_hex(8)
        operations = [
            ("create", to_entity(partition, key, {**columns, "mark": mark}))
            for key, columns in rows.items()
        ]
        with _translated():
            try:
                self._open(table).submit_transaction(operations)
            except HttpResponseError as error:
                if _code(error) != "EntityAlreadyExists":
                    raise
                return self._is_mine(table, partition, next(iter(rows)), mark)
        return True

    def replace(self, table: str, partition: str, row: Row, columns: Columns) -> bool:
        """Write the row anew, unless somebody wrote it since it was read."""
        mark = token_hex(8)
        entity = to_entity(partition, row.key, {**columns, "mark": mark})
        with _translated():
            try:
                self._open(table).update_entity(
                    entity,
                    UpdateMode.REPLACE,
                    etag=row.etag,
                    match_condition=MatchConditions.IfNotModified,
                )
            except ResourceNotFoundError:
                return False
            except ResourceModifiedError:
                return self._is_mine(table, partition, row.key, mark)
        return True

    def upsert(self, table: str, partition: str, rows: Mapping[str, Columns]) -> None:
        """Write rows in one transaction, whether they are there or not."""
        operations = [
            ("upsert", to_entity(partition, key, columns), {"mode": UpdateMode.REPLACE})
            for key, columns in rows.items()
        ]
        with _translated():
            self._open(table).submit_transaction(operations)

    def delete(self, table: str, partition: str, row: Row) -> None:
        """Delete the row, unless it is gone or somebody wrote it since it was read."""
        with _translated():
            try:
                self._open(table).delete_entity(
                    partition,
                    row.key,
                    etag=row.etag,
                    match_condition=MatchConditions.IfNotModified,
                )
            except ResourceModifiedError:
                return

    def delete_partition(self, table: str, partition: str, seen: Row | None) -> None:
        """Delete all rows of a partition, a hundred at most, in one transaction.

        Raises BookUnavailable where one of them was written since it was seen.
        """
        as_seen = {row.key: row for row in self.rows(table, partition)} | (
            {seen.key: seen} if seen else {}
        )
        operations = [_deletion(partition, row) for row in as_seen.values()]
        if operations:
            with _translated():
                self._open(table).submit_transaction(operations)

    def _is_mine(self, table: str, partition: str, key: str, mark: str) -> bool:
        """Whether what is in the way was written by the same call, whose answer was lost."""
        row = self.get(table, partition, key)
        return row is not None and row.columns.get("mark") == mark

    def _open(self, table: str) -> TableClient:
        with self._opening:
            if table not in self._clients:
                name = self._prefix + table
                self._clients[table] = self._account.create_table_if_not_exists(name)
            return self._clients[table]


def _deletion(partition: str, row: Row) -> tuple[str, dict[str, Any], dict[str, Any]]:
    unchanged = {"etag": row.etag, "match_condition": MatchConditions.IfNotModified}
    return "delete", to_entity(partition, row.key, {}), unchanged


def _row(entity: Any) -> Row:  # noqa: ANN401 - the client's own kind of dict
    return Row(key=entity["RowKey"], columns=to_columns(entity), etag=str(entity.metadata["etag"]))


@contextmanager
def _translated() -> Iterator[None]:
    # An answer that is no answer of the service makes its client stumble over anything.
    try:
        yield
    except (AzureError, OSError, ValueError, LookupError, TypeError) as error:
        raise StoreUnavailableError(f"the tables do not answer: {_code(error)}") from None


def _code(error: Exception) -> str:
    """The service's error code, or what kind of fault it was."""
    code = getattr(error, "error_code", None)
    return str(getattr(code, "value", code) or type(error).__name__)
