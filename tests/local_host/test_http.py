"""Does an HTTP request reach the right function, and does its answer come back as it is?"""

import pytest

from local_host.testing import App


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
        ("GET", "/"),
        ("GET", "/items/7"),
        ("GET", "/api/items/seven"),
        ("POST", "/api/echo/x"),
        ("GET", "/api/start/chain"),
        ("GET", "/runtime/webhooks/durabletask/nonsense"),
        ("GET", "/../../etc/passwd"),
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


def test_a_body_beyond_the_limit_is_refused(app: App) -> None:
    """The host takes no more than FUNCTIONS_REQUEST_BODY_SIZE_LIMIT, and does not read the rest."""
    announced = {"Content-Length": str(2**30)}

    assert app.request("PUT", "/api/echo/x", content=b"", headers=announced).status == 413
