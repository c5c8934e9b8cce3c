"""Are instances and entities listed and purged with filters, page by page?"""

import asyncio

import pytest

from local_host.host.clock import SystemClock
from local_host.host.durable.operations import CompletionWaiters
from local_host.testing import App, Response

HOOK = "/runtime/webhooks/durabletask"
FUTURE = "2100-01-01T00:00:00Z"
PAST = "2000-01-01T00:00:00Z"


@pytest.fixture
def filled(app: App) -> App:
    """Three instances that completed, one that failed, one that waits."""
    for n in range(3):
        app.run("fan_out", 1, f"done-{n}")
    app.run("gives_up", None, "failed")
    app.start("approval", None, "waits")
    app.settle()
    return app


def ids(answer: Response) -> list[str]:
    """The instance ids of a list."""
    return [instance["instanceId"] for instance in answer.json()]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", ["done-0", "done-1", "done-2", "failed", "waits"]),
        ("instanceIdPrefix=done", ["done-0", "done-1", "done-2"]),
        ("runtimeStatus=Failed", ["failed"]),
        ("runtimeStatus=Failed,Running", ["failed", "waits"]),
        ("runtimeStatus=Completed&instanceIdPrefix=done-1", ["done-1"]),
        ("runtimeStatus=Nonsense&instanceIdPrefix=f", ["failed"]),
        (f"createdTimeFrom={FUTURE}", []),
        (f"createdTimeFrom={PAST}&createdTimeTo={FUTURE}&instanceIdPrefix=w", ["waits"]),
        (f"createdTimeTo={PAST}", []),
        ("createdTimeFrom=0001-01-01T00:00:00%2B14:00&instanceIdPrefix=w", ["waits"]),
        ("top=nonsense&createdTimeFrom=never&instanceIdPrefix=w", ["waits"]),
    ],
)
def test_a_list_shows_what_is_asked_for(filled: App, query: str, found: list[str]) -> None:
    """Filters narrow the list; one that makes no sense is passed over, as on the real host."""
    assert ids(filled.request("GET", f"{HOOK}/instances?{query}")) == found


def test_a_list_comes_in_pages(filled: App) -> None:
    """A token leads to the next page; the last page has none."""
    pages: list[list[str]] = []
    token: str | None = ""
    while token is not None:
        headers = {"x-ms-continuation-token": token}
        page = filled.request("GET", f"{HOOK}/instances?top=2", headers=headers)
        pages.append(ids(page))
        token = page.headers.get("x-ms-continuation-token")

    assert pages == [["done-0", "done-1"], ["done-2", "failed"], ["waits"]]


def test_a_token_of_somebody_else_leads_to_the_first_page(filled: App) -> None:
    """A token that this host did not make counts as none."""
    headers = {"x-ms-continuation-token": "[{not base64"}

    assert ids(filled.request("GET", f"{HOOK}/instances?top=1", headers=headers)) == ["done-0"]


def test_a_list_can_leave_inputs_out(filled: App) -> None:
    """`showInput=false` hides what instances were started with."""
    path = f"{HOOK}/instances?instanceIdPrefix=done-0&showInput="

    assert filled.request("GET", path + "false").json()[0]["input"] is None
    assert filled.request("GET", path + "true").json()[0]["input"] == "1"


def test_ended_instances_are_purged_by_filter(filled: App) -> None:
    """Only ended ones are, and a start time must be given."""
    path = f"{HOOK}/instances?createdTimeFrom="
    answers = [
        filled.request("DELETE", f"{HOOK}/instances?runtimeStatus=Completed"),
        filled.request("DELETE", f"{path}{FUTURE}"),
        filled.request("DELETE", f"{path}{PAST}&runtimeStatus=Running"),
        filled.request("DELETE", f"{path}{PAST}&runtimeStatus=Completed"),
        filled.request("DELETE", f"{path}{PAST}"),
    ]

    assert [answer.status for answer in answers] == [400, 404, 404, 200, 200]
    assert answers[0].json() == "Please provide value for 'createdTimeFrom' parameter."
    assert [answer.json()["instancesDeleted"] for answer in answers[3:]] == [3, 1]
    assert ids(filled.request("GET", f"{HOOK}/instances")) == ["waits"]


def test_entities_are_listed(app: App) -> None:
    """All, or those of one name; with their states on request."""
    for key in ("a", "b"):
        app.request("POST", f"{HOOK}/entities/counter/{key}?op=add", json="5")
    app.settle()

    everything = app.request("GET", f"{HOOK}/entities?top=1")
    named = app.request("GET", f"{HOOK}/entities/Counter?fetchState=true").json()

    assert [e["entityId"] for e in everything.json()] == [{"name": "counter", "key": "a"}]
    assert "x-ms-continuation-token" in everything.headers
    assert [(e["entityId"]["key"], e["state"]) for e in named] == [("a", 5), ("b", 5)]
    assert app.request("GET", f"{HOOK}/entities/nosuch").json() == []
    for when in (f"From={FUTURE}", f"To={PAST}"):
        assert app.request("GET", f"{HOOK}/entities?lastOperationTime{when}").json() == []


def test_a_start_can_wait_for_the_end(app: App) -> None:
    """The bare output where it completed, its status where it ended otherwise."""
    wait = "?timeout=60&pollingInterval=1"
    done = app.request("POST", f"{HOOK}/orchestrators/chain{wait}")
    failed = app.request("POST", f"{HOOK}/orchestrators/gives_up{wait}")

    assert (done.status, done.json()) == (200, ["a", "b", "c"])
    assert (failed.status, failed.json()["runtimeStatus"]) == (200, "Failed")


def test_nobody_waits_longer_than_asked() -> None:
    """When the time has come, whoever waits for an end goes on without it."""
    clock = SystemClock()

    asyncio.run(CompletionWaiters(clock).wait("endless", clock.now()))
