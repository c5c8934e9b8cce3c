"""Rows of Azure Tables: reads, and writes that detect concurrent changes.

Errors of the service are translated here. Its messages may repeat what was written, so only its
codes are kept.
"""

import logging
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import groupby, islice
from operator import itemgetter
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

from orders.adapters.order_store.tables.rows import Columns, to_columns, to_entity
from orders.domain.errors import StoreUnavailableError

#: Retries and timeouts that end before a caller of the API gives up.
_CLIENT_OPTIONS: Final[Mapping[str, Any]] = {
    "retry_total": 3,
    "retry_backoff_factor": 0.2,
    "connection_timeout": 5,
    "read_timeout": 10,
}
#: Rows of one response.
_PAGE_SIZE: Final = 200
#: Most rows that the service returns in one response.
_MAX_PAGE_SIZE: Final = 1000
#: Most rows of one transaction.
_BATCH_SIZE: Final = 100
#: Codes of the service: a row of a transaction changed or was deleted, or a new one exists.
_CONFLICTS: Final = frozenset(
    {"EntityAlreadyExists", "ResourceNotFound", "UpdateConditionNotSatisfied"}
)

# The client logs every request at the level INFO.
logging.getLogger("azure.core.pipeline.policies.http_logging_policy").setLevel(logging.WARNING)


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A row, as it was read."""

    key: str
    columns: Columns
    #: The version; it changes with each write.
    etag: str


def connect_with_string(text: str) -> TableServiceClient:
    """Return the account of a connection string. It connects at its first request."""
    return TableServiceClient.from_connection_string(text, **_CLIENT_OPTIONS)


def connect_with_identity(account_url: str, client_id: str | None) -> TableServiceClient:
    """Return the account at a URL, used with this app's identity. It connects at first request."""
    from azure.identity import DefaultAzureCredential  # noqa: PLC0415 - slow import

    identity = DefaultAzureCredential(managed_identity_client_id=client_id)
    return TableServiceClient(account_url, credential=identity, **_CLIENT_OPTIONS)


class Tables:
    """Tables of one storage account, created at first use."""

    def __init__(self, account: TableServiceClient, prefix: str = "") -> None:
        self._account = account
        self._prefix = prefix
        self._clients: dict[str, TableClient] = {}
        self._lock = Lock()

    def get(self, table: str, partition: str, key: str) -> Row | None:
        """Return the row, if there is one."""
        with _translate_errors():
            try:
                return _to_row(self._open(table).get_entity(partition, key))
            except ResourceNotFoundError:
                return None

    def rows(
        self,
        table: str,
        partition: str,
        between: tuple[str, str] | None = None,
        condition: str | None = None,
    ) -> Iterator[Row]:
        """Yield the rows of a partition, sorted by key: between two keys, under a condition."""
        clauses, values = ["PartitionKey eq @partition"], {"partition": partition}
        if between is not None:
            clauses.append("RowKey gt @low and RowKey lt @high")
            values |= {"low": between[0], "high": between[1]}
        if condition is not None:
            clauses.append(condition)
        with _translate_errors():
            entities = self._open(table).query_entities(
                " and ".join(clauses), parameters=values, results_per_page=_PAGE_SIZE
            )
            for entity in entities:
                yield _to_row(entity)

    def count(
        self, table: str, partition: str, between: tuple[str, str], flag: str, limit: int
    ) -> int:
        """Return how many rows between two keys have the value 1 in a column, `limit` at most."""
        keys = {"partition": partition, "low": between[0], "high": between[1]}
        condition = (
            "PartitionKey eq @partition and RowKey gt @low and RowKey lt @high"
            f" and {flag} eq 1"  # a parameter would be written as a boolean
        )
        with _translate_errors():
            entities = self._open(table).query_entities(
                condition,
                parameters=keys,
                select=["RowKey"],
                results_per_page=min(limit, _MAX_PAGE_SIZE),
            )
            return sum(1 for _ in islice(entities, limit))

    def insert(self, table: str, partition: str, rows: Mapping[str, Columns]) -> bool:
        """Write new rows in one transaction; False if one of them exists."""
        write_id = token_hex(8)
        operations = [
            ("create", to_entity(partition, key, {**columns, "write_id": write_id}))
            for key, columns in rows.items()
        ]
        with _translate_errors():
            try:
                self._open(table).submit_transaction(operations)
            except HttpResponseError as error:
                if _code(error) != "EntityAlreadyExists":
                    raise
                return self._was_written_by(table, partition, next(iter(rows)), write_id)
        return True

    def replace(self, table: str, partition: str, row: Row, columns: Columns) -> bool:
        """Replace the row; False if it changed since it was read."""
        write_id = token_hex(8)
        entity = to_entity(partition, row.key, {**columns, "write_id": write_id})
        with _translate_errors():
            try:
                self._open(table).update_entity(entity, UpdateMode.REPLACE, **_unchanged(row))
            except ResourceNotFoundError:
                return False
            except ResourceModifiedError:
                return self._was_written_by(table, partition, row.key, write_id)
        return True

    def replace_and_insert(
        self, table: str, partition: str, row: Row, columns: Columns, added: Mapping[str, Columns]
    ) -> bool:
        """Replace a row and add new ones in one transaction.

        Returns:
            False if the row changed since it was read, or if one of the new rows exists.
        """
        write_id = token_hex(8)
        entity = to_entity(partition, row.key, {**columns, "write_id": write_id})
        replacement = ("update", entity, {"mode": UpdateMode.REPLACE, **_unchanged(row)})
        additions = [("create", to_entity(partition, key, new)) for key, new in added.items()]
        with _translate_errors():
            try:
                self._open(table).submit_transaction([replacement, *additions])
            except HttpResponseError as error:
                if _code(error) not in _CONFLICTS:
                    raise
                return self._was_written_by(table, partition, row.key, write_id)
        return True

    def replace_and_delete(
        self,
        table: str,
        partition: str,
        replaced: Iterable[tuple[Row, Columns]],
        deleted: Iterable[Row],
    ) -> bool:
        """Replace and delete rows in one transaction; False if one changed since it was read."""
        write_id = token_hex(8)
        changes = [
            (row, to_entity(partition, row.key, {**columns, "write_id": write_id}))
            for row, columns in replaced
        ]
        operations: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
            ("update", entity, {"mode": UpdateMode.REPLACE, **_unchanged(row)})
            for row, entity in changes
        ]
        operations += [_deletion(partition, row) for row in deleted]
        with _translate_errors():
            try:
                self._open(table).submit_transaction(operations)
            except HttpResponseError as error:
                if _code(error) not in _CONFLICTS:
                    raise
                first = changes[0][0].key if changes else None
                return bool(first) and self._was_written_by(table, partition, str(first), write_id)
        return True

    def upsert(self, table: str, partition: str, rows: Mapping[str, Columns]) -> None:
        """Write rows in one transaction, whether they exist or not."""
        operations = [
            ("upsert", to_entity(partition, key, columns), {"mode": UpdateMode.REPLACE})
            for key, columns in rows.items()
        ]
        with _translate_errors():
            self._open(table).submit_transaction(operations)

    def delete(self, table: str, partition: str, row: Row) -> None:
        """Delete the row, unless it is deleted or changed since it was read."""
        with _translate_errors():
            try:
                self._open(table).delete_entity(partition, row.key, **_unchanged(row))
            except ResourceModifiedError:
                return

    def delete_partition(self, table: str, partition: str, seen: Row | None) -> None:
        """Delete all rows of a partition, a hundred at most, in one transaction.

        Raises:
            StoreUnavailableError: one of them, or `seen`, changed since it was read.
        """
        rows = {row.key: row for row in self.rows(table, partition)}
        if seen is not None:
            rows[seen.key] = seen
        operations = [_deletion(partition, row) for row in rows.values()]
        if operations:
            with _translate_errors():
                self._open(table).submit_transaction(operations)

    def delete_partitions_before(self, table: str, partition: str) -> None:
        """Delete all rows of the partitions whose keys sort before this one."""
        with _translate_errors():
            client = self._open(table)
            entities = client.query_entities(
                "PartitionKey lt @partition",
                parameters={"partition": partition},
                select=["PartitionKey", "RowKey"],
                results_per_page=_PAGE_SIZE,
            )
            for _, rows in groupby(entities, key=itemgetter("PartitionKey")):
                while operations := [("delete", dict(row)) for row in islice(rows, _BATCH_SIZE)]:
                    client.submit_transaction(operations)

    def _was_written_by(self, table: str, partition: str, key: str, write_id: str) -> bool:
        """Whether the conflicting row was written by the same call, whose response was lost."""
        row = self.get(table, partition, key)
        return row is not None and row.columns.get("write_id") == write_id

    def _open(self, table: str) -> TableClient:
        with self._lock:
            if table not in self._clients:
                name = self._prefix + table
                self._clients[table] = self._account.create_table_if_not_exists(name)
            return self._clients[table]


def _deletion(partition: str, row: Row) -> tuple[str, dict[str, Any], dict[str, Any]]:
    return "delete", to_entity(partition, row.key, {}), _unchanged(row)


def _unchanged(row: Row) -> dict[str, Any]:
    """Return the condition that the row has not changed since it was read."""
    return {"etag": row.etag, "match_condition": MatchConditions.IfNotModified}


def _to_row(entity: Any) -> Row:  # noqa: ANN401 - the client's own dict
    return Row(key=entity["RowKey"], columns=to_columns(entity), etag=str(entity.metadata["etag"]))


@contextmanager
def _translate_errors() -> Iterator[None]:
    # A response that is not one of the service makes its client raise any of these.
    try:
        yield
    except (AzureError, OSError, ValueError, LookupError, TypeError) as error:
        raise StoreUnavailableError(f"Azure Tables is not available: {_code(error)}") from None


def _code(error: Exception) -> str:
    """Return the service's error code, or the type of the error."""
    code = getattr(error, "error_code", None)
    return str(getattr(code, "value", code) or type(error).__name__)
