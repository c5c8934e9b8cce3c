"""HTTP requests of tests."""

import contextlib
import http.client
import json as json_module
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

_TIMEOUT_SECONDS = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    """An HTTP response; header names are in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    #: Each `Set-Cookie` header.
    cookies: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        """The body as text."""
        return self.body.decode()

    def json(self) -> Any:  # noqa: ANN401 - JSON
        """Decode the body as JSON."""
        return json_module.loads(self.body)


def send_request(  # noqa: PLR0913 - the parts of a request
    base_url: str,
    method: str,
    path: str,
    *,
    json: Any = None,  # noqa: ANN401 - JSON
    content: bytes | None = None,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """Send a request; `json` sets the content type, `content` does not."""
    all_headers = dict(headers or {})
    if json is not None:
        content = json_module.dumps(json).encode()
        all_headers.setdefault("Content-Type", "application/json")
    address = urlsplit(base_url)
    connection = http.client.HTTPConnection(
        str(address.hostname), address.port, timeout=_TIMEOUT_SECONDS
    )
    with contextlib.closing(connection):
        connection.request(method, path, body=content, headers=all_headers)
        response = connection.getresponse()
        return Response(
            status=response.status,
            headers={name.lower(): value for name, value in response.getheaders()},
            body=response.read(),
            cookies=response.headers.get_all("Set-Cookie") or [],
        )
