"""HTTP requests and responses, independent of the web server."""

import json
from dataclasses import KW_ONLY, dataclass, field
from typing import Any

from aiohttp import ClientPayloadError, web
from aiohttp.http_exceptions import HttpProcessingError

from local_host.errors import BadRequestError, BodyTooLargeError
from local_host.host.repeated_names import join_repeated

#: The limit of Newtonsoft.Json. Much deeper JSON would also exceed Python's recursion limit.
_MAX_JSON_DEPTH = 64
_JSON_TYPE = ("Content-Type", "application/json; charset=utf-8")


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """A request with its complete body."""

    method: str
    #: Scheme and authority as the caller sees them: `http://127.0.0.1:7071`.
    origin: str
    raw_path: str
    query_string: str
    query: dict[str, str]
    headers: dict[str, str]
    body: bytes

    @property
    def url(self) -> str:
        """The complete URL, as the caller wrote it."""
        return self.origin + self.raw_path + (f"?{self.query_string}" if self.query_string else "")

    def header(self, name: str) -> str | None:
        """Return the value of a header, ignoring the case of its name."""
        key = name.lower()
        return next((v for k, v in self.headers.items() if k.lower() == key), None)

    def json(self) -> Any:  # noqa: ANN401 - JSON
        """Parse the body as JSON; an empty body is None.

        Raises:
            ValueError: it is not JSON, or nested too deeply.
        """
        if not self.body.strip():
            return None
        try:
            value = json.loads(self.body)
        except RecursionError as error:
            raise ValueError("too deep") from error
        brackets = self.body.count(b"[") + self.body.count(b"{")
        if brackets > _MAX_JSON_DEPTH and _is_deeper(value, _MAX_JSON_DEPTH):
            raise ValueError("too deep")
        return value


@dataclass(frozen=True, slots=True)
class Response:
    """A response. Without a body it has no content type either."""

    status: int
    _: KW_ONLY
    body: bytes = b""
    headers: list[tuple[str, str]] = field(default_factory=list)
    #: Whether to send the body without a length, as the real host does for functions.
    chunked: bool = False

    @classmethod
    def of_json(cls, value: Any, status: int = 200, **headers: str) -> "Response":  # noqa: ANN401 - JSON
        """Return a JSON response in the real host's format; `Retry_After=…` sets `Retry-After`."""
        extra = [(name.replace("_", "-"), text) for name, text in headers.items()]
        body = json.dumps(value, ensure_ascii=False).encode(errors="replace")
        return cls(status, body=body, headers=[_JSON_TYPE, *extra])

    @classmethod
    def of_json_text(cls, text: str) -> "Response":
        """Return a JSON response whose body is encoded already."""
        return cls(200, body=text.encode(), headers=[_JSON_TYPE])


async def read_request(request: web.BaseRequest, body_limit: int) -> Request:
    """Read a request to its end.

    Raises:
        BodyTooLargeError: its body has more than `body_limit` bytes.
        BadRequestError: its body does not match its headers.
    """
    if (request.content_length or 0) > body_limit:
        raise BodyTooLargeError
    body = bytearray()
    try:
        async for chunk in request.content.iter_any():
            body += chunk
            if len(body) > body_limit:
                raise BodyTooLargeError
    except (ClientPayloadError, HttpProcessingError) as error:
        raise BadRequestError from error
    return Request(
        method=request.method,
        origin=f"{request.scheme}://{request.host}",
        raw_path=request.rel_url.raw_path,
        query_string=request.rel_url.raw_query_string,
        query=_query(request),
        headers=join_repeated(request.headers.items(), ", "),
        body=bytes(body),
    )


def _is_deeper(value: Any, levels: int) -> bool:  # noqa: ANN401 - JSON
    if isinstance(value, dict):
        value = list(value.values())
    if not isinstance(value, list):
        return False
    return not levels or any(_is_deeper(item, levels - 1) for item in value)


def _query(request: web.BaseRequest) -> dict[str, str]:
    """Join repeated parameters and drop empty ones, as the real host does."""
    parameters = request.rel_url.query.items()
    return join_repeated(((name, value) for name, value in parameters if value), ",")
