"""Lists and purges of instances and entities, with filters and pages."""

import asyncio

import pytest

from local_host.host.clock import SystemClock
from local_host.host.durable.operations import CompletionWaiters
from local_host.testing import App, Response
from tests.local_host.process import HOOK

FUTURE = "2100-01-01T00:00:00Z"
PAST = "2000-01-01T00:00:00Z"


@pytest.fixture
def populated_app(app: App) -> App:
    """Create three completed instances, a failed one and a waiting one."""
    for n in range(3):
        app.run("fan_out", 1, f"done-{n}")
    app.run("gives_up", None, "failed")
    app.start("approval", None, "waits")
    app.wait_until_idle()
    return app


def ids_of(page: Response) -> list[str]:
    """Return the instance ids of a page."""
    return [instance["instanceId"] for instance in page.json()]


@pytest.mark.parametrize(
    ("query", "expected"),
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
def test_list_applies_filters(populated_app: App, query: str, expected: list[str]) -> None:
    """Filters narrow the list; an invalid filter is ignored, as on the real host."""
    assert ids_of(populated_app.request("GET", f"{HOOK}/instances?{query}")) == expected


def test_list_is_paged(populated_app: App) -> None:
    """A continuation token leads to the next page; the last page has none."""
    pages: list[list[str]] = []
    token: str | None = ""
    while token is not None:
        headers = {"x-ms-continuation-token": token}
        page = populated_app.request("GET", f"{HOOK}/instances?top=2", headers=headers)
        pages.append(ids_of(page))
        token = page.headers.get("x-ms-continuation-token")

    assert pages == [["done-0", "done-1"], ["done-2", "failed"], ["waits"]]


def test_invalid_continuation_token_leads_to_the_first_page(populated_app: App) -> None:
    """A token that this host did not create is ignored."""
    headers = {"x-ms-continuation-token": "[{not base64"}

    assert ids_of(populated_app.request("GET", f"{HOOK}/instances?top=1", headers=headers)) == [
        "done-0"
    ]


def test_list_omits_inputs_on_request(populated_app: App) -> None:
    """`showInput=false` hides the inputs."""
    path = f"{HOOK}/instances?instanceIdPrefix=done-0&showInput="

    assert populated_app.request("GET", path + "false").json()[0]["input"] is None
    assert populated_app.request("GET", path + "true").json()[0]["input"] == "1"


def test_purge_deletes_matching_ended_instances(populated_app: App) -> None:
    """A purge needs a start time and deletes no instance that is running."""
    path = f"{HOOK}/instances?createdTimeFrom="
    responses = [
        populated_app.request("DELETE", f"{HOOK}/instances?runtimeStatus=Completed"),
        populated_app.request("DELETE", f"{path}{FUTURE}"),
        populated_app.request("DELETE", f"{path}{PAST}&runtimeStatus=Running"),
        populated_app.request("DELETE", f"{path}{PAST}&runtimeStatus=Completed"),
        populated_app.request("DELETE", f"{path}{PAST}"),
    ]

    assert [response.status for response in responses] == [400, 404, 404, 200, 200]
    assert responses[0].json() == "Please provide value for 'createdTimeFrom' parameter."
    assert [response.json()["instancesDeleted"] for response in responses[3:]] == [3, 1]
    assert ids_of(populated_app.request("GET", f"{HOOK}/instances")) == ["waits"]


def test_entities_are_listed_with_filters(app: App) -> None:
    """A list has all entities or those of one name, with their states on request."""
    for key in ("a", "b"):
        app.request("POST", f"{HOOK}/entities/counter/{key}?op=add", json="5")
    app.wait_until_idle()

    first_page = app.request("GET", f"{HOOK}/entities?top=1")
    named = app.request("GET", f"{HOOK}/entities/Counter?fetchState=true").json()

    assert [e["entityId"] for e in first_page.json()] == [{"name": "counter", "key": "a"}]
    assert "x-ms-continuation-token" in first_page.headers
    assert [(e["entityId"]["key"], e["state"]) for e in named] == [("a", 5), ("b", 5)]
    assert app.request("GET", f"{HOOK}/entities/nosuch").json() == []
    for when in (f"From={FUTURE}", f"To={PAST}"):
        assert app.request("GET", f"{HOOK}/entities?lastOperationTime{when}").json() == []


def test_start_waits_for_the_end(app: App) -> None:
    """The response is the output if the instance completed, else its status."""
    wait = "?timeout=60&pollingInterval=1"
    completed = app.request("POST", f"{HOOK}/orchestrators/chain{wait}")
    failed = app.request("POST", f"{HOOK}/orchestrators/gives_up{wait}")

    assert (completed.status, completed.json()) == (200, ["a", "b", "c"])
    assert (failed.status, failed.json()["runtimeStatus"]) == (200, "Failed")


def test_wait_for_the_end_stops_at_its_deadline() -> None:
    """A wait returns at its deadline although the instance has not ended."""
    clock = SystemClock()

    asyncio.run(CompletionWaiters(clock).wait("endless", clock.now()))
