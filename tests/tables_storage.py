"""Storage of the Table service; it refuses what the real one refuses."""

import json
import operator
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from tests.tables_batch import Response
from tests.wire import Request

JSON = {"Content-Type": "application/json"}

_ENTITY = re.compile(r"\w+\(PartitionKey='(.*)',RowKey='(.*)'\)", re.DOTALL)
_CLAUSE = re.compile(r"(\w+) (eq|gt|ge|lt|le) (?:'((?:[^']|'')*)'|(\d+))")
_NEGATION = re.compile(r"not \((.*)\)")
_COMPARE: dict[str, Callable[[Any, Any], Any]] = {
    "eq": operator.eq,
    "gt": operator.gt,
    "ge": operator.ge,
    "lt": operator.lt,
    "le": operator.le,
}
_NEXT = ("x-ms-continuation-NextPartitionKey", "x-ms-continuation-NextRowKey")
_INVALID_KEY = re.compile(r"[/\\#?\x00-\x1f\x7f-\x9f]")
_MAX_KEY_BYTES, _MAX_TEXT_BYTES = 1024, 64 * 1024

Key = tuple[str, str]
Table = dict[Key, dict[str, Any]]


class RefusedError(Exception):
    """The service refuses a request."""

    def __init__(self, status: int, code: str) -> None:
        self.response: Response = (status, error(code), {"x-ms-error-code": code})


@dataclass
class Storage:
    """Tables and their rows."""

    tables: dict[str, Table] = field(default_factory=dict)
    #: Rows of one response.
    page_length: int = 3
    _etags: Iterator[int] = field(default_factory=count)

    def execute(self, request: Request) -> Response:
        """Execute a request for one row or several."""
        if request.path == ["Tables"]:
            return self._create(json.loads(request.body)["TableName"])
        table = self.tables.get(request.path[-1].partition("(")[0])
        if table is None:
            raise RefusedError(404, "TableNotFound")
        if request.method == "GET" and not _ENTITY.fullmatch(request.path[-1]):
            return self._page(table, request.query)
        key = key_of(request)
        match request.method:
            case "GET" if key in table:
                return 200, json.dumps(table[key]).encode(), JSON
            case "POST" if key in table:
                raise RefusedError(409, "EntityAlreadyExists")
            case "POST" | "PUT":
                _check(table, key, request.headers["If-Match"])
                return self._write(table, key, json.loads(request.body))
            case "DELETE":
                _check(table, key, request.headers["If-Match"] or "")
                del table[key]
                return 204, b"", {}
        raise RefusedError(404, "ResourceNotFound")

    def _create(self, name: str) -> Response:
        if name in self.tables:
            raise RefusedError(409, "TableAlreadyExists")
        self.tables[name] = {}
        return 201, json.dumps({"TableName": name}).encode(), JSON

    def _write(self, table: Table, key: Key, columns: dict[str, Any]) -> Response:
        if any(_INVALID_KEY.search(part) or _bytes(part) > _MAX_KEY_BYTES for part in key):
            raise RefusedError(400, "OutOfRangeInput")
        if any(
            _bytes(text) > _MAX_TEXT_BYTES for text in columns.values() if isinstance(text, str)
        ):
            raise RefusedError(400, "PropertyValueTooLarge")
        etag = f"W/\"datetime'{next(self._etags)}'\""
        table[key] = {**columns, "odata.etag": etag, "Timestamp": "2026-01-01T12:00:00Z"}
        return 204, b"", {"ETag": etag}

    def _page(self, table: Table, query: dict[str, str]) -> Response:
        first = (query.get("NextPartitionKey", ""), query.get("NextRowKey", ""))
        condition = query["$filter"]
        keys = [key for key in sorted(table) if key >= first and _matches(key, table, condition)]
        page = [_select(table[key], query.get("$select")) for key in keys[: self.page_length]]
        headers = dict(JSON)
        if len(keys) > self.page_length:
            headers |= zip(_NEXT, keys[self.page_length], strict=True)
        return 200, json.dumps({"value": page}).encode(), headers


def key_of(request: Request) -> Key:
    """Return the key of the row in a request."""
    entity = _ENTITY.fullmatch(request.path[-1])
    if entity:
        return entity[1].replace("''", "'"), entity[2].replace("''", "'")
    body = json.loads(request.body)
    return body["PartitionKey"], body["RowKey"]


def error(code: str) -> bytes:
    """Return an error body. Like the real one, it may repeat what was written."""
    message = {"lang": "en-us", "value": f"{code} of Philippa Planted-Wrenfield"}
    return json.dumps({"odata.error": {"code": code, "message": message}}).encode()


def _bytes(text: str) -> int:
    return len(text.encode("utf-16-le"))


def _check(table: Table, key: Key, etag: str | None) -> None:
    if etag is None:
        return
    if key not in table:
        raise RefusedError(404, "ResourceNotFound")
    if etag not in {"*", table[key]["odata.etag"]}:
        raise RefusedError(412, "UpdateConditionNotSatisfied")


def _select(row: dict[str, Any], names: str | None) -> dict[str, Any]:
    chosen = {*names.split(","), "odata.etag"} if names else set(row)
    return {name: value for name, value in row.items() if name in chosen}


def _matches(key: Key, table: Table, condition: str) -> bool:
    return all(_meets(key, table[key], clause) for clause in condition.split(" and "))


def _meets(key: Key, row: dict[str, Any], clause: str) -> bool:
    negation = _NEGATION.fullmatch(clause)
    if negation:
        return not _meets(key, row, negation[1])
    comparison = _CLAUSE.fullmatch(clause)
    assert comparison, f"the simulated service does not support this filter: {clause}"
    name, sign, text, number = comparison.groups()
    value = int(number) if text is None else text.replace("''", "'")
    actual = {**row, **dict(zip(("PartitionKey", "RowKey"), key, strict=True))}.get(name)
    # A comparison with a column that is missing, or of another type, is false.
    return type(actual) is type(value) and bool(_COMPARE[sign](actual, value))
