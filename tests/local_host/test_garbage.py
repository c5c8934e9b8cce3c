"""Malformed requests to the durable API: each is refused, and the host goes on."""

import contextlib
import json
import socket
from urllib.parse import urlsplit

import pytest

from local_host.testing import App, Response, send_request
from tests.local_host.process import HOOK

BODIES = {
    "truncated": b"{",
    "not UTF-8": b"\xff\xfe\x00",
    "much too deep": b"[" * 100_000,
    "too deep": b"[" * 900 + b"]" * 900,
    "two values": b"1 2",
    "trailing comma": b"[1,]",
}
INVALID_NAMES = [
    "%00",
    "%",
    "%ff%fe",
    "..%2f..%2fhost.sqlite3",
    "../../host.sqlite3",
    "a%0d%0aSet-Cookie:x=1",
    "'; DROP TABLE instances; --".replace(" ", "%20"),
    "@counter@",
    "@@",
    "%F0%9F%92%A9" * 50,
    "x" * 5000,
]


def assert_refused(app: App, response: Response) -> None:
    """Check for a 4xx response without internals, and a host that still works."""
    assert 400 <= response.status < 500, response
    assert b"Traceback" not in response.body
    assert b".py" not in response.body
    assert app.fault is None
    assert app.run("chain", None).output == ["a", "b", "c"]


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
@pytest.mark.parametrize(
    "path", ["orchestrators/chain", "instances/one/raiseEvent/Approved", "entities/counter/k"]
)
def test_malformed_body_is_refused(app: App, path: str, body: bytes) -> None:
    """Every call that takes JSON refuses a malformed body."""
    app.start("approval", None, "one")

    headers = {"Content-Type": "application/json"}
    assert_refused(app, app.request("POST", f"{HOOK}/{path}", content=body, headers=headers))


@pytest.mark.parametrize("name", INVALID_NAMES)
@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "instances/{}"),
        ("DELETE", "instances/{}"),
        ("POST", "instances/{}/terminate"),
        ("POST", "instances/{}/suspend"),
        ("POST", "instances/{}/rewind"),
        ("POST", "instances/{}/restart"),
        ("POST", "instances/{}/raiseEvent/x"),
        ("POST", "orchestrators/chain/{}/more"),
        ("GET", "entities/counter/{}/more"),
        ("POST", "entities/{}/k"),
        ("PATCH", "{}"),
    ],
)
def test_invalid_name_is_refused(app: App, method: str, path: str, name: str) -> None:
    """Names with control characters, path segments, SQL or too much length find nothing."""
    headers = {"Content-Type": "application/json"}
    response = app.request(method, f"{HOOK}/{path.format(name)}", content=b"1", headers=headers)

    assert_refused(app, response)


@pytest.mark.parametrize(
    "query",
    ["top=x", "top=-1", "createdTimeFrom=tomorrow", "runtimeStatus=Nonsense", "showInput=&&&="],
)
def test_invalid_filter_is_ignored_or_refused(app: App, query: str) -> None:
    """An invalid filter has no other effect than 200 or 400."""
    response = app.request("GET", f"{HOOK}/instances?{query}")

    assert response.status in (200, 400)
    assert b"Traceback" not in response.body
    assert app.run("chain", None).status == "Completed"


def test_lone_surrogate_becomes_a_replacement_character(app: App) -> None:
    """A lone surrogate in JSON is stored as U+FFFD."""
    body = rb'{"text": "\ud83d"}'
    started = app.request("POST", f"{HOOK}/orchestrators/approval/one", content=body)
    raised = app.request(
        "POST",
        f"{HOOK}/instances/one/raiseEvent/Approved",
        content=body,
        headers={"Content-Type": "application/json"},
    )
    app.wait_until_idle()
    shown = app.request("GET", f"{HOOK}/instances/one?showHistory=true&showHistoryOutput=true")

    assert (started.status, raised.status, shown.status) == (202, 202, 200)
    assert shown.json()["output"] == {"text": "\ufffd"}
    assert app.fault is None


MALFORMED_HTTP = {
    "short body": b"POST %s/orchestrators/chain HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n{",
    "no HTTP": b"\x16\x03\x01\x02\x00\x01\x00",
    "truncated head": b"GET %s/instances HTTP/1.1\r\nHost",
    "invalid length": b"POST %s/orchestrators/chain HTTP/1.1\r\nContent-Length: x\r\n\r\n",
    "invalid chunk": (
        b"POST %s/orchestrators/chain HTTP/1.1\r\nHost: x\r\n"
        b"Transfer-Encoding: chunked\r\n\r\nzz\r\n"
    ),
    "endless header": b"GET %s/instances HTTP/1.1\r\nA: " + b"a" * 100_000,
}


@pytest.mark.parametrize("content", MALFORMED_HTTP.values(), ids=MALFORMED_HTTP)
@pytest.mark.parametrize("to_rpc", [False, True])
def test_malformed_http_starts_nothing(app: App, content: bytes, *, to_rpc: bool) -> None:
    """The public port and the RPC port refuse malformed and truncated requests."""
    address = urlsplit(app.rpc_url if to_rpc else app.base_url)
    with socket.create_connection((str(address.hostname), address.port or 0), timeout=5) as client:
        client.sendall(content.replace(b"%s", HOOK.encode()))
        client.shutdown(socket.SHUT_WR)
        response = b""
        with contextlib.suppress(ConnectionError):
            while received := client.recv(65536):
                response += received

    assert b"Traceback" not in response
    assert not response or response.split()[1].startswith(b"4")
    assert json.loads(app.request("GET", f"{HOOK}/instances").body) == []
    assert app.run("chain", None).status == "Completed"


@pytest.mark.parametrize("path", ["/", "/durabletask/instances", "/x/durabletask/instances"])
def test_rpc_needs_the_secret_path(app: App, path: str) -> None:
    """A request without the secret path is an empty 404."""
    address = urlsplit(app.rpc_url)

    response = send_request(f"http://{address.hostname}:{address.port}", "GET", path)

    assert (response.status, response.body) == (404, b"")
