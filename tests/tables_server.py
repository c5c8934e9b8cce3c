"""A small Table service on 127.0.0.1 that speaks the REST protocol of Azure Tables.

It knows what the order book uses: rows with ETags, transactions in one partition, queries by key in
short pages. It fails as it is told to.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from math import inf
from threading import Lock
from urllib.parse import unquote

from tests.tables_batch import Answer, requests_in, together
from tests.tables_storage import Key, Refused, Storage, error, key_in
from tests.wire import Fault, Plan, Reply, Request, listening

ACCOUNT = "shop"
_KEY = "b2YgdGhlc2UgdGVzdHM="  # a key of these tests
_VERBS = {"GET": "get", "PUT": "replace", "DELETE": "delete"}


@dataclass
class TableService:
    """What the service knows."""

    storage: Storage = field(default_factory=Storage)
    #: What was asked of which table, in this order.
    requests: list[str] = field(default_factory=list)
    #: After as many requests nobody gets through to it any more.
    requests_left: float = inf
    url: str = ""
    plan: Plan = field(default_factory=Plan)
    _lock: Lock = field(default_factory=Lock)

    @property
    def connection_string(self) -> str:
        """How a client reaches it."""
        return f"AccountName={ACCOUNT};AccountKey={_KEY};TableEndpoint={self.url}/{ACCOUNT}"

    def rows(self, table: str) -> list[Key]:
        """The keys of all rows of a table."""
        return sorted(self.storage.tables[table])

    def respond(self, request: Request) -> Reply:
        """What the service says over HTTP."""
        assert request.headers["Authorization"].startswith(f"SharedKey {ACCOUNT}:")
        request = replace(request, path=[unquote(part) for part in request.path[1:]])
        step = _step(request)
        self.plan.meanwhile.pop(step, lambda: None)()
        with self._lock:
            self.requests_left -= 1
            if self.requests_left < 0:
                return None
            self.requests.append(step)
            fault = self.plan.next_fault(step)
            answer: Reply = None if fault and fault.is_before else self._answer(request)
        match fault:
            case Fault.LOST_BEFORE | Fault.LOST_AFTER:
                answer = None
            case Fault.ERROR_BEFORE | Fault.ERROR_AFTER:
                answer = 500, error("InternalError")
            case Fault.BUSY:
                answer = 503, error("ServerBusy")
            case Fault.GARBLED:
                answer = 200, b"<html>sign in to this network</html>"
        return answer

    def _answer(self, request: Request) -> Answer:
        if request.path == ["$batch"]:
            return self._transact(requests_in(request))
        try:
            return self.storage.do(request)
        except Refused as refused:
            return refused.answer

    def _transact(self, requests: list[Request]) -> Answer:
        before = {name: dict(rows) for name, rows in self.storage.tables.items()}
        try:
            _check_together([key_in(request) for request in requests])
            return together([self.storage.do(request) for request in requests])
        except Refused as refused:
            self.storage.tables = before
            return together([refused.answer])


def _check_together(keys: list[Key]) -> None:
    if len({partition for partition, _ in keys}) > 1:
        raise Refused(400, "CommandsInBatchActOnDifferentPartitions")
    if len(set(keys)) < len(keys) or len(keys) > 100:
        raise Refused(400, "InvalidDuplicateRow")


def _step(request: Request) -> str:
    if request.path == ["Tables"]:
        return "create"
    if request.path == ["$batch"]:
        return f"transact {requests_in(request)[0].path[-1].partition('(')[0]}"
    table, _, rest = request.path[-1].partition("(")
    if request.method == "GET" and rest == ")":
        return f"query {table}"
    return f"{_VERBS[request.method]} {table}"


@contextmanager
def serving() -> Iterator[TableService]:
    """A service without tables, under `url`, until the end."""
    service = TableService()
    with listening(service.respond, service.plan) as service.url:
        yield service
