"""Does an HTTP request reach the right function, and does its answer come back as it is?"""

import json
import re
import socket
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from local_host.testing import App, start_app
from tests.local_host.conftest import APP


def test_a_client_function_starts_an_orchestration(app: App) -> None:
    """The SDK's own client starts an instance and answers with its links."""
    answer = app.request("POST", "/api/start/chain/one")

    links = answer.json()
    assert answer.status == 202
    assert answer.headers["location"] == links["statusQueryGetUri"]
    assert links["statusQueryGetUri"] == (
        f"{app.base_url}/runtime/webhooks/durabletask/instances/one"
        "?taskHub=TestHub&connection=Storage"
    )
    assert app.wait("one").output == ["a", "b", "c"]


def test_a_function_sees_the_request_as_it_was_sent(app: App) -> None:
    """URL, parameters and body arrive; repeated parameters joined, empty ones dropped."""
    answer = app.request(
        "PUT", "/api/echo/a/b%20c%2Fd?x=1&x=2&empty=&flag", content=b"\x00\xff bytes"
    )

    assert answer.json() == {
        "url": f"{app.base_url}/api/echo/a/b%20c%2Fd?x=1&x=2&empty=&flag",
        "params": {"x": "1,2"},
        "route_params": {"rest": "a/b c%2Fd"},
        "body": "\x00\xff bytes",
        "function": "echo",
    }
    assert answer.headers["content-type"] == "application/json"


@pytest.mark.parametrize(
    ("method", "path", "text"),
    [
        ("GET", "/api/items/7", "item 7"),
        ("DELETE", "/API/Items/7/", "item 7"),
        ("GET", "/api/items/first", "the first item"),
    ],
)
def test_a_path_finds_its_function(app: App, method: str, path: str, text: str) -> None:
    """Case and a trailing slash do not matter, and a literal wins over a parameter."""
    answer = app.request(method, path)

    assert (answer.status, answer.text) == (200, text)
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/items/7"),
        ("GET", "/api/items/seven"),
        ("POST", "/api/echo/x"),
        ("GET", "/api/start/chain"),
        ("GET", "/runtime/webhooks/durabletask/nonsense"),
        ("GET", "/../../etc/passwd"),
        ("GET", "/admin/nonsense"),
        ("GET", "/admin/functions/nobody"),
        ("DELETE", "/admin/functions/echo"),
    ],
)
def test_what_no_function_serves_is_not_found(app: App, method: str, path: str) -> None:
    """Path, constraint and method must all fit; the answer is empty, as on the real host."""
    answer = app.request(method, path)

    assert (answer.status, answer.text) == (404, "")


@pytest.mark.parametrize("path", ["/api/boom", "/api/nothing"])
def test_a_failing_function_tells_the_caller_nothing(app: App, path: str) -> None:
    """An exception, or a return value that is no response, is an empty 500."""
    answer = app.request("GET", path)

    assert (answer.status, answer.text) == (500, "")


def test_the_home_page_says_that_the_app_runs(app: App) -> None:
    """At `/`, as HTML."""
    answer = app.request("GET", "/")

    assert (answer.status, answer.headers["content-type"]) == (200, "text/html")
    assert "up and running" in answer.text


@pytest.mark.parametrize(("route", "status", "text"), [("/", 200, "mine"), ("x", 204, "")])
def test_an_app_serves_its_own_page_where_the_home_page_is_off(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, route: str, status: int, text: str
) -> None:
    """AzureWebJobsDisableHomepage=true and an empty route prefix."""
    monkeypatch.setenv("AzureWebJobsDisableHomepage", "true")
    prefix = {"version": "2.0", "extensions": {"http": {"routePrefix": ""}}}
    (tmp_path / "host.json").write_text(json.dumps(prefix))
    (tmp_path / "function_app.py").write_text(
        "import azure.durable_functions as df\napp = df.DFApp()\n"
        f"@app.route(route={route!r})\ndef page(req):\n    return 'mine'\n"
    )

    with start_app(tmp_path, tmp_path / "data") as app:
        answer = app.request("GET", "/")
    assert (answer.status, answer.text) == (status, text)


def test_cookies_are_written_as_the_real_host_writes_them(app: App) -> None:
    """Parsed by the worker and written anew, in lower case and a fixed order."""
    expires = "Wed, 21 Oct 2026 07:28:00 GMT"

    answer = app.request("GET", "/api/cookies")

    assert answer.cookies == [
        f"a=1; expires={expires}; max-age=60; domain=; path=/; secure; samesite=lax; httponly",
        "b=2; domain=example.com; path=",
    ]


def test_a_form_is_parsed_by_the_sdk(app: App) -> None:
    """URL-encoded fields and files."""
    content = (
        b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n'
        b'--x\r\nContent-Disposition: form-data; name="f"; filename="n"\r\n\r\n\xff\r\n--x--\r\n'
    )
    kinds = {
        "multipart/form-data; boundary=x": content,
        "application/x-www-form-urlencoded": b"a=1",
    }

    found = [
        app.request("POST", "/api/form", content=body, headers={"Content-Type": kind}).json()
        for kind, body in kinds.items()
    ]

    assert found == [{"form": {"a": "1"}, "files": ["f"]}, {"form": {"a": "1"}, "files": []}]


def test_a_header_that_cannot_be_sent_is_the_functions_fault(app: App) -> None:
    """A line break in it would begin another response."""
    assert app.request("GET", "/api/split").status == 500


def raw(app: App, text: bytes) -> bytes:
    """Send bytes as they are; return the beginning of what comes back."""
    address = urlsplit(app.base_url)
    with socket.create_connection((address.hostname, address.port), timeout=10) as connection:
        connection.sendall(text)
        return connection.recv(65536)


@pytest.mark.parametrize(
    "text",
    [
        b"nonsense\r\n\r\n",
        b"GET / HTTP/9.9\r\n\r\n",
        b"GET /api/items/7 HTTP/1.1\r\nHost: x\r\nContent-Length: nine\r\n\r\n",
        b"GET /api/items/7 HTTP/1.1\r\nHost: x\r\nX: " + b"y" * 100_000 + b"\r\n\r\n",
        b"GET /api/items/7 HTTP/1.1\r\nHost: x\r\n" + b"A: b\r\n" * 50_000 + b"\r\n",
        b"GET /" + b"y" * 100_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n",
        b"PUT /api/echo/x HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
    ],
)
def test_garbage_is_refused_and_harms_nobody(app: App, text: bytes) -> None:
    """The caller gets 4xx without a traceback, and the host goes on."""
    answer = raw(app, text)

    assert re.match(rb"HTTP/1\.[01] 4", answer)
    assert b"Traceback" not in answer
    assert app.request("GET", "/api/items/7").status == 200


def test_a_client_that_sends_half_a_request_holds_nobody_up(app: App) -> None:
    """Others are answered while it dawdles."""
    address = urlsplit(app.base_url)
    with socket.create_connection((address.hostname, address.port)) as dawdling:
        dawdling.sendall(b"PUT /api/echo/x HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nha")

        assert app.request("GET", "/api/items/7").status == 200


def test_a_body_without_end_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its length is not announced, so it is counted."""
    monkeypatch.setenv("FUNCTIONS_REQUEST_BODY_SIZE_LIMIT", "1000")
    head = b"PUT /api/echo/x HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"

    with start_app(APP, tmp_path) as app:
        answer = raw(app, head + b"400\r\n" + b"x" * 1024 + b"\r\n")
        assert answer.startswith(b"HTTP/1.1 413")


def test_a_body_beyond_the_limit_is_refused(app: App) -> None:
    """The host takes no more than FUNCTIONS_REQUEST_BODY_SIZE_LIMIT, and does not read the rest."""
    announced = {"Content-Length": str(2**30)}

    assert app.request("PUT", "/api/echo/x", content=b"", headers=announced).status == 413
