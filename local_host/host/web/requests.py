"""What came over HTTP, and what goes back?"""

import json
from dataclasses import dataclass, field
from typing import Any

from aiohttp import ClientPayloadError, web
from aiohttp.http_exceptions import HttpProcessingError

from local_host.errors import BadRequestError, BodyTooLargeError

#: Newtonsoft.Json's own limit; deeper JSON would also stop Python's reader in an episode.
_DEEPEST = 64


@dataclass(frozen=True, slots=True)
class Request:
    """A request with its whole body."""

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
        """The whole URL, as the caller wrote it."""
        return self.origin + self.raw_path + (f"?{self.query_string}" if self.query_string else "")

    def header(self, name: str) -> str | None:
        """A header's value; its name in any case."""
        wanted = name.lower()
        return next((v for k, v in self.headers.items() if k.lower() == wanted), None)

    def json(self) -> Any:  # noqa: ANN401 (JSON)
        """The body as JSON; none at all is None.

        Raises:
            ValueError: it is not JSON, or too deep.
        """
        if not self.body.strip():
            return None
        try:
            value = json.loads(self.body)
        except RecursionError as error:
            raise ValueError("too deep") from error
        brackets = self.body.count(b"[") + self.body.count(b"{")
        if brackets > _DEEPEST and _is_deeper(value, _DEEPEST):
            raise ValueError("too deep")
        return value


def _is_deeper(value: Any, levels: int) -> bool:  # noqa: ANN401 (JSON)
    if isinstance(value, dict):
        value = list(value.values())
    if not isinstance(value, list):
        return False
    return not levels or any(_is_deeper(part, levels - 1) for part in value)


@dataclass(frozen=True, slots=True)
class Response:
    """A response; no body means no content type either."""

    status: int
    body: bytes = b""
    headers: list[tuple[str, str]] = field(default_factory=list)
    #: Whether it goes out without a length, as functions' bodies do on the real host.
    chunked: bool = False

    @classmethod
    def of_json(cls, value: Any, status: int = 200, **headers: str) -> "Response":  # noqa: ANN401 (JSON)
        """A JSON response as the real host writes it; `_` in a header's name stands for `-`."""
        named = [(name.replace("_", "-"), text) for name, text in headers.items()]
        body = json.dumps(value, ensure_ascii=False).encode(errors="replace")
        return cls(status, body, [("Content-Type", "application/json; charset=utf-8"), *named])

    @classmethod
    def of_json_text(cls, text: str) -> "Response":
        """What is JSON text already."""
        return cls(200, text.encode(), [("Content-Type", "application/json; charset=utf-8")])


async def read_request(request: web.BaseRequest, largest_body: int) -> Request:
    """Take a request in.

    Raises:
        BodyTooLargeError: its body is larger than `largest_body` bytes.
        BadRequestError: its body is not what its headers announce.
    """
    if (request.content_length or 0) > largest_body:
        raise BodyTooLargeError
    body = bytearray()
    try:
        async for chunk in request.content.iter_any():
            body += chunk
            if len(body) > largest_body:
                raise BodyTooLargeError
    except (ClientPayloadError, HttpProcessingError) as error:
        raise BadRequestError from error
    return Request(
        method=request.method,
        origin=f"{request.scheme}://{request.host}",
        raw_path=request.rel_url.raw_path,
        query_string=request.rel_url.raw_query_string,
        query=_query(request),
        headers=_headers(request),
        body=bytes(body),
    )


def _query(request: web.BaseRequest) -> dict[str, str]:
    """Query parameters; repeated ones are joined, and empty ones dropped, as on the real host."""
    joined: dict[str, list[str]] = {}
    for name, value in request.rel_url.query.items():
        if value:
            joined.setdefault(name, []).append(value)
    return {name: ",".join(values) for name, values in joined.items()}


def _headers(request: web.BaseRequest) -> dict[str, str]:
    joined: dict[str, list[str]] = {}
    for name, value in request.headers.items():
        joined.setdefault(name, []).append(value)
    return {name: ", ".join(values) for name, values in joined.items()}
