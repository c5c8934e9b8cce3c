"""Worker processes that end or hang: same behavior as on the real host."""

import os
import signal
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from tests.local_host.conftest import FRAGILE
from tests.local_host.process import HostProcess, call, fetch, running_host, status, until


@pytest.fixture
def host(tmp_path: Path, marks: Path) -> Iterator[HostProcess]:
    """The fragile app with one worker process and a function timeout of one second."""
    with running_host(FRAGILE, tmp_path, environment={"MARKS": str(marks)}) as running:
        yield running


def run(host: HostProcess, name: str, instance_id: str, body: object = None) -> dict[str, Any]:
    """Start an orchestration, wait until it ends, and return its status."""
    call(host.base_url, "POST", f"/api/start/{name}/{instance_id}", body)
    until(lambda: status(host, instance_id)["runtimeStatus"] not in ("Pending", "Running"))
    return status(host, instance_id)


def test_activity_over_its_timeout_fails(host: HostProcess) -> None:
    """It fails with the real host's message, and its worker process is replaced."""
    before = host.workers()

    timed_out = run(host, "call_pause", "n", 30)

    assert timed_out["output"] == (
        "Activity function 'pause' failed:  "
        "Timeout value of 00:00:01 was exceeded by function: Functions.pause_activity"
    )
    assert run(host, "call_pause", "m", 0)["output"] == "paused"
    assert set(before).isdisjoint(host.workers())


def test_exit_of_a_worker_fails_all_its_activities(host: HostProcess) -> None:
    """An activity that runs beside the one which exits fails with the exit code, too."""
    call(host.base_url, "POST", "/api/start/call_pause/n", 0.9)
    exited = run(host, "call_exit", "d", 7)

    assert "Activity function 'exit_process' failed:" in exited["output"]
    until(lambda: status(host, "n")["runtimeStatus"] == "Completed")
    assert "python exited with code 7 (0x7)" in status(host, "n")["output"]


def test_killed_worker_has_the_exit_code_of_a_shell(host: HostProcess, marks: Path) -> None:
    """The exit code is 128 plus the number of the signal."""
    call(host.base_url, "POST", "/api/start/call_pause/n", 0.9)
    until(marks.exists)
    os.kill(host.workers()[0], signal.SIGKILL)

    until(lambda: status(host, "n")["runtimeStatus"] == "Completed")
    assert "python exited with code 137 (0x89)" in status(host, "n")["output"]


def test_exit_during_a_turn_fails_the_orchestration(host: HostProcess) -> None:
    """Its custom status is lost; the same ID can be started again and completes."""
    failed = run(host, "exit_once", "o")

    assert failed["runtimeStatus"] == "Failed"
    assert failed["output"] == (
        "Orchestrator function 'exit_once' failed: python exited with code 3 (0x3)"
    )
    assert failed["customStatus"] is None
    assert run(host, "exit_once", "o")["output"] == "survived"


def test_exit_during_an_entity_operation_repeats_the_operation(
    host: HostProcess, marks: Path
) -> None:
    """The caller gets the result of the second run."""
    assert run(host, "call_counter", "e")["output"] == 1
    assert marks.read_text() == "e: add\n" * 2


def test_third_exit_of_a_worker_stops_the_host(host: HostProcess) -> None:
    """The last line of the output has the real host's message; the exit status is 1."""
    run(host, "call_exit", "first", 3)
    run(host, "call_exit", "second", 3)
    call(host.base_url, "POST", "/api/start/call_exit/third", 3)

    assert host.wait() == 1
    last = host.output.splitlines()[-1]
    assert last.startswith("local_host: Exceeded language worker restart retry count")
    assert "python exited with code 3 (0x3)" in last


def test_exit_during_an_http_function_returns_an_empty_500(host: HostProcess, marks: Path) -> None:
    """The caller gets no details."""
    with ThreadPoolExecutor(1) as pool:
        future = pool.submit(fetch, host.base_url, "GET", "/api/pause/0.9")
        until(marks.exists)
        os.kill(host.workers()[0], signal.SIGKILL)

        assert future.result() == (500, b"")


@pytest.mark.parametrize("by_setting", [True, False])
def test_functions_are_distributed_over_workers(
    tmp_path: Path, marks: Path, *, by_setting: bool
) -> None:
    """The number of workers comes from the app settings or the command line."""
    environment = {"MARKS": str(marks)}
    if by_setting:
        environment["FUNCTIONS_WORKER_PROCESS_COUNT"] = "2"
    options = [] if by_setting else ["--workers", "2"]
    with (
        running_host(FRAGILE, tmp_path, *options, environment=environment) as host,
        ThreadPoolExecutor(4) as pool,
    ):
        paths = ["/api/pause/0.5"] * 4
        responses = list(pool.map(lambda path: fetch(host.base_url, "GET", path), paths))
        statuses = [
            fetch(host.base_url, "POST", f"/api/start/call_pause/n{n}", b"0")[0] for n in range(4)
        ]

        assert {int(body) for _, body in responses} == set(host.workers())
        assert len(host.workers()) == 2
        assert statuses == [202] * 4
        until(lambda: all(status(host, f"n{n}")["output"] == "paused" for n in range(4)))
