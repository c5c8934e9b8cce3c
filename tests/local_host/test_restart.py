"""Recovery after the host, its worker process, or both are killed."""

import time
from pathlib import Path

from tests.local_host.conftest import APP
from tests.local_host.process import HOOK, call, running_host, status, until


def test_acknowledged_start_survives_a_kill(tmp_path: Path) -> None:
    """An instance whose start was acknowledged continues after `kill -9`."""
    with running_host(APP, tmp_path) as host:
        call(host.base_url, "POST", "/api/start/approval/waits")
        for number in range(10):
            call(host.base_url, "POST", f"/api/start/chain/c{number}")
        host.kill()

    with running_host(APP, tmp_path) as host:
        until(lambda: all(status(host, f"c{n}")["output"] == ["a", "b", "c"] for n in range(10)))
        call(host.base_url, "POST", f"{HOOK}/instances/waits/raiseEvent/Approved", "yes")
        until(lambda: status(host, "waits")["output"] == "yes")


def test_timer_due_during_downtime_fires_after_the_start(tmp_path: Path) -> None:
    """Timers keep their absolute due time."""
    with running_host(APP, tmp_path) as host:
        call(host.base_url, "POST", "/api/start/sleep/nap", 0.5 / 86_400)
        host.kill()
    time.sleep(0.6)

    with running_host(APP, tmp_path) as host:
        until(lambda: status(host, "nap")["output"] == "awake")


def test_worker_process_ends_with_its_host(tmp_path: Path) -> None:
    """If the host alone is killed, its worker process ends by itself."""
    with running_host(APP, tmp_path) as host:
        assert len(host.workers()) == 1
        host.kill_host_alone()

        until(lambda: host.workers() == [])


def test_dead_worker_process_fails_its_activity_and_is_replaced(tmp_path: Path) -> None:
    """The orchestrator gets the failure with the message of the real host; the next call works."""
    with running_host(APP, tmp_path) as host:
        call(host.base_url, "POST", "/api/start/dies/d")
        until(lambda: status(host, "d")["runtimeStatus"] == "Completed")

        assert "Activity function 'die' failed:" in status(host, "d")["output"]
        assert "exited with code 3 (0x3)" in status(host, "d")["output"]
        call(host.base_url, "POST", "/api/start/chain/c")
        until(lambda: status(host, "c")["output"] == ["a", "b", "c"])
