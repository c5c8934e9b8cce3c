"""Do the management API's calls answer as the real extension's do?"""

from typing import Any

import pytest

from local_host.testing import App, Response

HOOK = "/runtime/webhooks/durabletask"


def raise_event(app: App, instance_id: str, **sent: Any) -> Response:  # noqa: ANN401 (the request's)
    """Raise the event `Approved` over HTTP."""
    return app.request("POST", f"{HOOK}/instances/{instance_id}/raiseEvent/Approved", **sent)


def test_an_instance_is_started_over_http(app: App) -> None:
    """A raw start takes the body as it is and answers with the links."""
    answer = app.request("POST", f"{HOOK}/orchestrators/fan_out/many", json={"a": 1})

    app.settle()

    assert answer.status == 202
    assert answer.json()["id"] == "many"
    assert "rewindPostUri" not in answer.json()
    assert app.look("many").history[0]["Input"] == '{"a":1}'


def test_a_running_id_is_a_conflict(app: App) -> None:
    """The id of a living instance cannot be started once more."""
    app.start("approval", None, "busy")

    answer = app.request("POST", f"{HOOK}/orchestrators/approval/busy")

    assert answer.status == 409
    assert "already exists" in answer.json()["Message"]


def test_a_running_instance_answers_202_and_an_ended_one_200(app: App) -> None:
    """The status code tells whether it is worth asking again."""
    app.start("approval", None, "one")
    app.settle()
    before = app.request("GET", f"{HOOK}/instances/one")

    raised = raise_event(app, "one", json={"by": "Ada"})
    app.settle()
    after = app.request("GET", f"{HOOK}/instances/one?showInput=false")

    assert (before.status, before.headers["retry-after"]) == (202, "5")
    assert before.headers["location"] == f"{app.base_url}{HOOK}/instances/one"
    assert raised.status == 202
    assert (after.status, after.json()["output"]) == (200, {"by": "Ada"})


def test_history_is_shown_with_answers_merged(app: App) -> None:
    """Each answer stands with its call; results are shown only on request."""
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
def test_a_failed_instance_is_an_error_only_on_request(app: App, path: str, status: int) -> None:
    """Failed counts as ended; a caller may ask for 500. An unknown id is 404."""
    app.run("gives_up", None, "one")

    assert app.request("GET", f"{HOOK}/instances/{path}").status == status


def test_events_for_nobody_are_refused(app: App) -> None:
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
def test_bad_events_are_refused(app: App, content: bytes, kind: str, message: str) -> None:
    """Only JSON is taken, and nothing reaches the instance."""
    app.start("approval", None, "one")

    answer = raise_event(app, "one", content=content, headers={"Content-Type": kind})

    assert (answer.status, answer.json()["Message"]) == (400, message)


def test_an_instance_is_terminated_over_http(app: App) -> None:
    """Termination answers 202; once ended 410; unknown 404."""
    app.start("approval", None, "one")

    paths = [f"{HOOK}/instances/{i}/terminate?reason=tidy" for i in ("one", "unknown")]
    answers = [app.request("POST", path).status for path in paths]
    app.settle()

    assert answers == [202, 404]
    assert app.look("one").output == "tidy"
    assert app.request("POST", paths[0]).status == 410


def test_an_entity_is_signaled_and_read_over_http(app: App) -> None:
    """A signal with the SDK's double encoding is applied; an unknown entity is refused."""
    untouched = app.request("GET", f"{HOOK}/entities/counter/k")
    signaled = app.request("POST", f"{HOOK}/entities/counter/k?op=add", json="5")
    app.settle()
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
def test_ids_that_cannot_be_are_refused(app: App, path: str, status: int) -> None:
    """Ids with a slash, of an entity's form, or too long start nothing."""
    assert app.request("POST", f"{HOOK}/orchestrators/{path}").status == status


def test_a_start_with_broken_json_starts_nothing(app: App) -> None:
    """Broken JSON is 400 with the reason."""
    answer = app.request("POST", f"{HOOK}/orchestrators/chain/one", content=b"{")

    assert (answer.status, answer.json()["Message"]) == (400, "Invalid JSON content")
    assert app.request("GET", f"{HOOK}/instances/one").status == 404
