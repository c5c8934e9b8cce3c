"""Calls of the management API, as the real extension answers them."""

from typing import Any

import pytest

from local_host.testing import App, Response
from tests.local_host.process import HOOK


def raise_event(app: App, instance_id: str, **options: Any) -> Response:  # noqa: ANN401 - options of a request
    """Raise the event `Approved` over HTTP."""
    return app.request("POST", f"{HOOK}/instances/{instance_id}/raiseEvent/Approved", **options)


def test_start_over_http_returns_the_management_urls(app: App) -> None:
    """A start takes the body as the input and returns the management URLs."""
    response = app.request("POST", f"{HOOK}/orchestrators/fan_out/many", json={"a": 1})

    app.wait_until_idle()

    assert response.status == 202
    assert response.json()["id"] == "many"
    assert "rewindPostUri" not in response.json()
    assert app.get_run("many").history[0]["Input"] == '{"a":1}'


def test_start_with_the_id_of_a_running_instance_is_a_conflict(app: App) -> None:
    """A start cannot replace an instance that has not ended."""
    app.start("approval", None, "busy")

    response = app.request("POST", f"{HOOK}/orchestrators/approval/busy")

    assert response.status == 409
    assert "already exists" in response.json()["Message"]


def test_status_is_202_until_the_instance_has_ended(app: App) -> None:
    """A running instance is 202 with Retry-After, an ended one 200."""
    app.start("approval", None, "one")
    app.wait_until_idle()
    running = app.request("GET", f"{HOOK}/instances/one")

    raised = raise_event(app, "one", json={"by": "Ada"})
    app.wait_until_idle()
    ended = app.request("GET", f"{HOOK}/instances/one?showInput=false")

    assert (running.status, running.headers["retry-after"]) == (202, "5")
    assert running.headers["location"] == f"{app.base_url}{HOOK}/instances/one"
    assert raised.status == 202
    assert (ended.status, ended.json()["output"]) == (200, {"by": "Ada"})


def test_history_merges_results_with_their_calls(app: App) -> None:
    """Each result is merged with its call; outputs are shown only on request."""
    app.run("chain", None, "one")

    events = app.request("GET", f"{HOOK}/instances/one?showHistory=true").json()["historyEvents"]

    assert [e["EventType"] for e in events] == [
        "ExecutionStarted",
        *["TaskCompleted"] * 3,
        "ExecutionCompleted",
    ]
    assert events[1]["FunctionName"] == "note"
    assert "Result" not in events[1]


@pytest.mark.parametrize(
    ("path", "status"),
    [("one?returnInternalServerErrorOnFailure=true", 500), ("one", 200), ("none", 404)],
)
def test_status_of_a_failed_instance_is_500_only_on_request(
    app: App, path: str, status: int
) -> None:
    """Failed counts as ended; a query parameter turns it into 500. An unknown id is 404."""
    app.run("gives_up", None, "one")

    assert app.request("GET", f"{HOOK}/instances/{path}").status == status


def test_events_for_unknown_or_ended_instances_are_refused(app: App) -> None:
    """An unknown instance is 404, an ended one 410."""
    app.run("chain", None, "ended")

    assert raise_event(app, "unknown", json=1).status == 404
    assert raise_event(app, "ended", json=1).status == 410


@pytest.mark.parametrize(
    ("content", "kind", "message"),
    [
        (b"not json", "application/json", "Invalid JSON content"),
        (b"1", "text/plain", "Only application/json request content is supported"),
    ],
)
def test_events_without_json_are_refused(app: App, content: bytes, kind: str, message: str) -> None:
    """An event needs the content type of JSON and valid JSON."""
    app.start("approval", None, "one")

    response = raise_event(app, "one", content=content, headers={"Content-Type": kind})

    assert (response.status, response.json()["Message"]) == (400, message)


def test_terminate_over_http(app: App) -> None:
    """Termination is 202 for a running instance, 410 for an ended one, 404 for an unknown one."""
    app.start("approval", None, "one")

    paths = [f"{HOOK}/instances/{i}/terminate?reason=cleanup" for i in ("one", "unknown")]
    statuses = [app.request("POST", path).status for path in paths]
    app.wait_until_idle()

    assert statuses == [202, 404]
    assert app.get_run("one").output == "cleanup"
    assert app.request("POST", paths[0]).status == 410


def test_entity_is_signaled_and_read_over_http(app: App) -> None:
    """A signal with the SDK's double encoding is applied; an unknown entity is 400."""
    untouched = app.request("GET", f"{HOOK}/entities/counter/k")
    signaled = app.request("POST", f"{HOOK}/entities/counter/k?op=add", json="5")
    app.wait_until_idle()
    unknown = app.request("POST", f"{HOOK}/entities/nosuch/k?op=add", json="5")

    assert (untouched.status, signaled.status, unknown.status) == (404, 202, 400)
    assert app.request("GET", f"{HOOK}/entities/counter/k").json() == 5
    assert "'counter'" in unknown.json()["Message"]


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("chain/a%2Fb", 404),
        ("chain/@counter@k", 400),
        ("chain/" + "x" * 257, 400),
        ("chain/@at", 202),
    ],
)
def test_invalid_instance_ids_are_refused(app: App, path: str, status: int) -> None:
    """An id with a slash, in the form of an entity id, or too long starts nothing."""
    assert app.request("POST", f"{HOOK}/orchestrators/{path}").status == status


def test_start_with_invalid_json_is_refused(app: App) -> None:
    """Invalid JSON is 400 with the reason, and no instance exists."""
    response = app.request("POST", f"{HOOK}/orchestrators/chain/one", content=b"{")

    assert (response.status, response.json()["Message"]) == (400, "Invalid JSON content")
    assert app.request("GET", f"{HOOK}/instances/one").status == 404
