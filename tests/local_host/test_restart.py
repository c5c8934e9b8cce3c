"""Does everything go on after the host, its worker, or both were killed?"""

import json
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.local_host.conftest import APP
from tests.local_host.process import HostProcess, running_host

HOOK = "/runtime/webhooks/durabletask"


def call(base_url: str, method: str, path: str, body: object = None) -> Any:  # noqa: ANN401 (JSON)
    """Send a request and read the JSON that comes back."""
    request = urllib.request.Request(  # noqa: S310 (our own host)
        base_url + path,
        data=json.dumps(body).encode() if method == "POST" else None,
        headers={"Content-Type": "application/json"},
        method=method,
    )
    with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310 (our own host)
        text = answer.read()
    return json.loads(text) if text else None


def status(host: HostProcess, instance_id: str) -> dict[str, Any]:
    """An instance as the management API shows it."""
    shown: dict[str, Any] = call(host.base_url, "GET", f"{HOOK}/instances/{instance_id}")
    return shown


def until(condition: Callable[[], bool]) -> None:
    """Wait until it holds, for ten seconds at most."""
    end = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < end, "it never happened"
        time.sleep(0.01)


def test_an_acknowledged_start_survives_a_kill(tmp_path: Path) -> None:
    """What was answered with 202 is there after `kill -9`, and goes on."""
    with running_host(APP, tmp_path) as host:
        call(host.base_url, "POST", "/api/start/approval/waits")
        for number in range(10):
            call(host.base_url, "POST", f"/api/start/chain/c{number}")
        host.kill()

    with running_host(APP, tmp_path) as host:
        until(lambda: all(status(host, f"c{n}")["output"] == ["a", "b", "c"] for n in range(10)))
        call(host.base_url, "POST", f"{HOOK}/instances/waits/raiseEvent/Approved", "yes")
        until(lambda: status(host, "waits")["output"] == "yes")


def test_a_timer_that_came_due_while_the_host_was_down_fires(tmp_path: Path) -> None:
    """Deadlines are kept, not the time that is left."""
    with running_host(APP, tmp_path) as host:
        call(host.base_url, "POST", "/api/start/sleep/nap", 0.5 / 86_400)
        host.kill()
    time.sleep(0.6)

    with running_host(APP, tmp_path) as host:
        until(lambda: status(host, "nap")["output"] == "awake")


def test_a_worker_does_not_outlive_its_host(tmp_path: Path) -> None:
    """When the host alone is killed, its worker ends by itself."""
    with running_host(APP, tmp_path) as host:
        assert len(host.workers()) == 1
        host.kill_host_alone()

        until(lambda: host.workers() == [])


def test_a_worker_that_dies_fails_its_activity_and_is_replaced(tmp_path: Path) -> None:
    """The orchestrator sees the failure, in the real host's words; the next call works."""
    with running_host(APP, tmp_path) as host:
        call(host.base_url, "POST", "/api/start/dies/d")
        until(lambda: status(host, "d")["runtimeStatus"] == "Completed")

        assert "Activity function 'die' failed:" in status(host, "d")["output"]
        assert "exited with code 3 (0x3)" in status(host, "d")["output"]
        call(host.base_url, "POST", "/api/start/chain/c")
        until(lambda: status(host, "c")["output"] == ["a", "b", "c"])
