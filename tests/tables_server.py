"""Table service on 127.0.0.1 that speaks the REST protocol of Azure Tables.

It has what the order store uses: rows with ETags, transactions in one partition, queries by key in
short pages. It fails on demand.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from math import inf
from threading import Lock
from urllib.parse import unquote

from tests.tables_batch import Response, encode_batch, split_batch
from tests.tables_storage import Key, RefusedError, Storage, error, key_of
from tests.wire import Fault, Plan, Reply, Request, listening

ACCOUNT = "shop"
_KEY = "b2YgdGhlc2UgdGVzdHM="  # a key for tests
_VERBS = {"GET": "get", "PUT": "replace", "DELETE": "delete"}


@dataclass
class TableService:
    """State of the service, and the faults to simulate."""

    storage: Storage = field(default_factory=Storage)
    #: Verb and table of every request, oldest first.
    requests: list[str] = field(default_factory=list)
    #: Requests until the service cannot be reached.
    requests_left: float = inf
    url: str = ""
    plan: Plan = field(default_factory=Plan)
    _lock: Lock = field(default_factory=Lock)

    @property
    def connection_string(self) -> str:
        """The connection string for a client."""
        return f"AccountName={ACCOUNT};AccountKey={_KEY};TableEndpoint={self.url}/{ACCOUNT}"

    def rows(self, table: str) -> list[Key]:
        """Return the keys of all rows of a table."""
        return sorted(self.storage.tables[table])

    def respond(self, request: Request) -> Reply:
        """Answer a request."""
        assert request.headers["Authorization"].startswith(f"SharedKey {ACCOUNT}:")
        request = replace(request, path=[unquote(part) for part in request.path[1:]])
        step = _step(request)
        self.plan.call_before(step)
        with self._lock:
            self.requests_left -= 1
            if self.requests_left < 0:
                return None
            self.requests.append(step)
            fault = self.plan.next_fault(step)
            reply: Reply = None if fault and fault.is_before else self._execute(request)
        match fault:
            case Fault.LOST_BEFORE | Fault.LOST_AFTER:
                reply = None
            case Fault.ERROR_BEFORE | Fault.ERROR_AFTER:
                reply = 500, error("InternalError")
            case Fault.BUSY:
                reply = 503, error("ServerBusy")
            case Fault.GARBLED:
                reply = 200, b"<html>sign in to this network</html>"
        return reply

    def _execute(self, request: Request) -> Response:
        if request.path == ["$batch"]:
            return self._transact(split_batch(request))
        try:
            return self.storage.execute(request)
        except RefusedError as refused:
            return refused.response

    def _transact(self, requests: list[Request]) -> Response:
        before = {name: dict(rows) for name, rows in self.storage.tables.items()}
        try:
            _check_batch([key_of(request) for request in requests])
            return encode_batch([self.storage.execute(request) for request in requests])
        except RefusedError as refused:
            self.storage.tables = before
            return encode_batch([refused.response])


def _check_batch(keys: list[Key]) -> None:
    if len({partition for partition, _ in keys}) > 1:
        raise RefusedError(400, "CommandsInBatchActOnDifferentPartitions")
    if len(set(keys)) < len(keys) or len(keys) > 100:
        raise RefusedError(400, "InvalidDuplicateRow")


def _step(request: Request) -> str:
    if request.path == ["Tables"]:
        return "create"
    if request.path == ["$batch"]:
        return f"transact {split_batch(request)[0].path[-1].partition('(')[0]}"
    table, _, rest = request.path[-1].partition("(")
    if request.method == "GET" and rest == ")":
        return f"query {table}"
    return f"{_VERBS[request.method]} {table}"


@contextmanager
def serving() -> Iterator[TableService]:
    """Run a service without tables."""
    service = TableService()
    with listening(service.respond, service.plan) as service.url:
        yield service
