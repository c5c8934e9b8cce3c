"""HTTP functions: routing, requests, responses, and requests that are malformed or too large."""

import json
import re
import socket
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from local_host.testing import App, start_app
from tests.local_host.conftest import APP
from tests.local_host.process import HOOK


def test_client_function_starts_an_orchestration(app: App) -> None:
    """The SDK's own client starts an instance and returns its management URLs."""
    response = app.request("POST", "/api/start/chain/one")

    urls = response.json()
    assert response.status == 202
    assert response.headers["location"] == urls["statusQueryGetUri"]
    assert urls["statusQueryGetUri"] == (
        f"{app.base_url}{HOOK}/instances/one?taskHub=TestHub&connection=Storage"
    )
    assert app.wait("one").output == ["a", "b", "c"]


def test_function_receives_the_request_unchanged(app: App) -> None:
    """URL and body are unchanged; repeated parameters are joined, empty ones dropped."""
    response = app.request(
        "PUT", "/api/echo/a/b%20c%2Fd?x=1&x=2&empty=&flag", content=b"\x00\xff bytes"
    )

    assert response.json() == {
        "url": f"{app.base_url}/api/echo/a/b%20c%2Fd?x=1&x=2&empty=&flag",
        "params": {"x": "1,2"},
        "route_params": {"rest": "a/b c%2Fd"},
        "body": "\x00\xff bytes",
        "function": "echo",
    }
    assert response.headers["content-type"] == "application/json"


@pytest.mark.parametrize(
    ("method", "path", "text"),
    [
        ("GET", "/api/items/7", "item 7"),
        ("DELETE", "/API/Items/7/", "item 7"),
        ("GET", "/api/items/first", "the first item"),
    ],
)
def test_path_selects_the_function(app: App, method: str, path: str, text: str) -> None:
    """Case and a trailing slash are ignored; a literal has precedence over a parameter."""
    response = app.request(method, path)

    assert (response.status, response.text) == (200, text)
    assert response.headers["content-type"] == "text/plain; charset=utf-8"


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/items/7"),
        ("GET", "/api/items/seven"),
        ("POST", "/api/echo/x"),
        ("GET", "/api/start/chain"),
        ("GET", f"{HOOK}/nonsense"),
        ("GET", "/../../etc/passwd"),
        ("GET", "/admin/nonsense"),
        ("GET", "/admin/functions/unknown"),
        ("DELETE", "/admin/functions/echo"),
    ],
)
def test_request_without_a_function_gets_404(app: App, method: str, path: str) -> None:
    """Path, constraint and method must match; the response is empty, as on the real host."""
    response = app.request(method, path)

    assert (response.status, response.text) == (404, "")


@pytest.mark.parametrize("path", ["/api/boom", "/api/nothing"])
def test_failing_function_returns_an_empty_500(app: App, path: str) -> None:
    """The caller gets no details of an exception or of an invalid return value."""
    response = app.request("GET", path)

    assert (response.status, response.text) == (500, "")


def test_home_page_is_served_at_the_root(app: App) -> None:
    """It is an HTML page which says that the app is running."""
    response = app.request("GET", "/")

    assert (response.status, response.headers["content-type"]) == (200, "text/html")
    assert "up and running" in response.text


@pytest.mark.parametrize(("route", "status", "text"), [("/", 200, "page"), ("x", 204, "")])
def test_function_serves_the_root_if_the_home_page_is_off(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, route: str, status: int, text: str
) -> None:
    """This takes AzureWebJobsDisableHomepage=true and an empty route prefix."""
    monkeypatch.setenv("AzureWebJobsDisableHomepage", "true")
    prefix = {"version": "2.0", "extensions": {"http": {"routePrefix": ""}}}
    (tmp_path / "host.json").write_text(json.dumps(prefix))
    (tmp_path / "function_app.py").write_text(
        "import azure.durable_functions as df\napp = df.DFApp()\n"
        f"@app.route(route={route!r})\ndef page(req):\n    return 'page'\n"
    )

    with start_app(tmp_path, tmp_path / "data") as app:
        response = app.request("GET", "/")
    assert (response.status, response.text) == (status, text)


def test_cookies_have_the_format_of_the_real_host(app: App) -> None:
    """Their attributes are in lower case and in a fixed order."""
    expires = "Wed, 21 Oct 2026 07:28:00 GMT"

    response = app.request("GET", "/api/cookies")

    assert response.cookies == [
        f"a=1; expires={expires}; max-age=60; domain=; path=/; secure; samesite=lax; httponly",
        "b=2; domain=example.com; path=",
    ]


def test_form_is_parsed_by_the_sdk(app: App) -> None:
    """The function gets fields and files of multipart and URL-encoded forms."""
    content = (
        b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n'
        b'--x\r\nContent-Disposition: form-data; name="f"; filename="n"\r\n\r\n\xff\r\n--x--\r\n'
    )
    bodies = {
        "multipart/form-data; boundary=x": content,
        "application/x-www-form-urlencoded": b"a=1",
    }

    forms = [
        app.request(
            "POST", "/api/form", content=body, headers={"Content-Type": content_type}
        ).json()
        for content_type, body in bodies.items()
    ]

    assert forms == [{"form": {"a": "1"}, "files": ["f"]}, {"form": {"a": "1"}, "files": []}]


def test_response_header_with_a_line_break_is_an_error(app: App) -> None:
    """It would allow a function to inject another response."""
    assert app.request("GET", "/api/split").status == 500


def send_raw(app: App, text: bytes) -> bytes:
    """Send bytes unchanged; return the beginning of the response."""
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
def test_malformed_request_gets_a_client_error(app: App, text: bytes) -> None:
    """The response has no traceback, and the host serves the next request."""
    response = send_raw(app, text)

    assert re.match(rb"HTTP/1\.[01] 4", response)
    assert b"Traceback" not in response
    assert app.request("GET", "/api/items/7").status == 200


def test_incomplete_request_does_not_block_others(app: App) -> None:
    """Other requests are served while one is incomplete."""
    address = urlsplit(app.base_url)
    with socket.create_connection((address.hostname, address.port)) as connection:
        connection.sendall(b"PUT /api/echo/x HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nha")

        assert app.request("GET", "/api/items/7").status == 200


def test_chunked_body_over_the_limit_gets_413(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The limit also holds without a Content-Length."""
    monkeypatch.setenv("FUNCTIONS_REQUEST_BODY_SIZE_LIMIT", "1000")
    head = b"PUT /api/echo/x HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"

    with start_app(APP, tmp_path) as app:
        response = send_raw(app, head + b"400\r\n" + b"x" * 1024 + b"\r\n")
        assert response.startswith(b"HTTP/1.1 413")


def test_body_over_the_limit_gets_413(app: App) -> None:
    """FUNCTIONS_REQUEST_BODY_SIZE_LIMIT is the limit; the body is not read."""
    headers = {"Content-Length": str(2**30)}

    assert app.request("PUT", "/api/echo/x", content=b"", headers=headers).status == 413
