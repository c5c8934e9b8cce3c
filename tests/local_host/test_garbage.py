"""Does whatever is sent to the durable API get a refusal, and leave the host as it was?"""

import contextlib
import json
import socket
from urllib.parse import urlsplit

import pytest

from local_host.testing import App, Response, send_request

HOOK = "/runtime/webhooks/durabletask"
BODIES = {
    "no JSON": b"{",
    "not text": b"\xff\xfe\x00",
    "too deep": b"[" * 100_000,
    "rather deep": b"[" * 900 + b"]" * 900,
    "two values": b"1 2",
    "a comma too many": b"[1,]",
}
STRANGE = [
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


def assert_refused(app: App, answer: Response) -> None:
    """It was turned down without a word on why inside, and the host goes on."""
    assert 400 <= answer.status < 500, answer
    assert b"Traceback" not in answer.body
    assert b".py" not in answer.body
    assert app.fault is None
    assert app.run("chain", None).output == ["a", "b", "c"]


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
@pytest.mark.parametrize(
    "path", ["orchestrators/chain", "instances/one/raiseEvent/Approved", "entities/counter/k"]
)
def test_a_broken_body_is_refused(app: App, path: str, body: bytes) -> None:
    """Wherever JSON is taken."""
    app.start("approval", None, "one")

    headers = {"Content-Type": "application/json"}
    assert_refused(app, app.request("POST", f"{HOOK}/{path}", content=body, headers=headers))


@pytest.mark.parametrize("name", STRANGE)
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
def test_a_strange_name_finds_nothing(app: App, method: str, path: str, name: str) -> None:
    """Whatever it tries to be."""
    headers = {"Content-Type": "application/json"}
    answer = app.request(method, f"{HOOK}/{path.format(name)}", content=b"1", headers=headers)

    assert_refused(app, answer)


@pytest.mark.parametrize(
    "query",
    ["top=x", "top=-1", "createdTimeFrom=tomorrow", "runtimeStatus=Nonsense", "showInput=&&&="],
)
def test_a_strange_filter_does_no_harm(app: App, query: str) -> None:
    """What cannot be understood is ignored or refused."""
    answer = app.request("GET", f"{HOOK}/instances?{query}")

    assert answer.status in (200, 400)
    assert b"Traceback" not in answer.body
    assert app.run("chain", None).status == "Completed"


def test_half_a_character_comes_through_as_a_replacement(app: App) -> None:
    """A lone surrogate is no text; it becomes U+FFFD, and stops nothing."""
    body = rb'{"text": "\ud83d"}'
    started = app.request("POST", f"{HOOK}/orchestrators/approval/one", content=body)
    raised = app.request(
        "POST",
        f"{HOOK}/instances/one/raiseEvent/Approved",
        content=body,
        headers={"Content-Type": "application/json"},
    )
    app.settle()
    shown = app.request("GET", f"{HOOK}/instances/one?showHistory=true&showHistoryOutput=true")

    assert (started.status, raised.status, shown.status) == (202, 202, 200)
    assert shown.json()["output"] == {"text": "\ufffd"}
    assert app.fault is None


RAW = {
    "half a body": b"POST %s/orchestrators/chain HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n{",
    "no request": b"\x16\x03\x01\x02\x00\x01\x00",
    "half a head": b"GET %s/instances HTTP/1.1\r\nHost",
    "a bad length": b"POST %s/orchestrators/chain HTTP/1.1\r\nContent-Length: x\r\n\r\n",
    "a bad chunk": (
        b"POST %s/orchestrators/chain HTTP/1.1\r\nHost: x\r\n"
        b"Transfer-Encoding: chunked\r\n\r\nzz\r\n"
    ),
    "an endless header": b"GET %s/instances HTTP/1.1\r\nA: " + b"a" * 100_000,
}


@pytest.mark.parametrize("sent", RAW.values(), ids=RAW)
@pytest.mark.parametrize("by_rpc", [False, True])
def test_what_is_no_http_starts_nothing(app: App, sent: bytes, *, by_rpc: bool) -> None:
    """On the public port and on the RPC's; a client that hangs up in mid-request, too."""
    address = urlsplit(app.rpc_url if by_rpc else app.base_url)
    with socket.create_connection((str(address.hostname), address.port or 0), timeout=5) as client:
        client.sendall(sent.replace(b"%s", HOOK.encode()))
        client.shutdown(socket.SHUT_WR)
        said = b""
        with contextlib.suppress(ConnectionError):
            while received := client.recv(65536):
                said += received

    assert b"Traceback" not in said
    assert not said or said.split()[1].startswith(b"4")
    assert json.loads(app.request("GET", f"{HOOK}/instances").body) == []
    assert app.run("chain", None).status == "Completed"


@pytest.mark.parametrize("path", ["/", "/durabletask/instances", "/x/durabletask/instances"])
def test_the_rpc_knows_only_who_knows_its_secret(app: App, path: str) -> None:
    """Anybody else is told nothing."""
    address = urlsplit(app.rpc_url)

    response = send_request(f"http://{address.hostname}:{address.port}", "GET", path)

    assert (response.status, response.body) == (404, b"")
