"""Does a worker process that dies or hangs do what it does on the real host?"""

import os
import signal
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from tests.local_host.process import HostProcess, call, fetch, running_host, status, until

FRAGILE = Path(__file__).parent / "fragile"


@pytest.fixture
def marks(tmp_path: Path) -> Path:
    """The file in which the fragile app notes what it does."""
    return tmp_path / "marks"


@pytest.fixture
def host(tmp_path: Path, marks: Path) -> Iterator[HostProcess]:
    """The fragile app with one worker; a function may run for a second."""
    with running_host(FRAGILE, tmp_path, environment={"MARKS": str(marks)}) as running:
        yield running


def outcome(host: HostProcess, name: str, instance_id: str, body: object = None) -> dict[str, Any]:
    """Start an orchestration and wait for its end."""
    call(host.base_url, "POST", f"/api/start/{name}/{instance_id}", body)
    until(lambda: status(host, instance_id)["runtimeStatus"] not in ("Pending", "Running"))
    return status(host, instance_id)


def test_a_hanging_activity_fails_and_takes_its_worker_along(host: HostProcess) -> None:
    """Past functionTimeout it fails in the real host's words; the next call has a new worker."""
    before = host.workers()

    hung = outcome(host, "naps", "n", 30)

    assert hung["output"] == (
        "Activity function 'nap' failed:  "
        "Timeout value of 00:00:01 was exceeded by function: Functions.take_a_nap"
    )
    assert outcome(host, "naps", "m", 0)["output"] == "rested"
    assert set(before).isdisjoint(host.workers())


def test_what_else_ran_in_a_worker_dies_with_it(host: HostProcess) -> None:
    """A death is everybody's death: the other activity fails too, with the exit code."""
    call(host.base_url, "POST", "/api/start/naps/n", 0.9)
    died = outcome(host, "dies", "d", 7)

    assert "Activity function 'die' failed:" in died["output"]
    until(lambda: status(host, "n")["runtimeStatus"] == "Completed")
    assert "python exited with code 7 (0x7)" in status(host, "n")["output"]


def test_a_killed_worker_is_told_as_a_shell_tells_it(host: HostProcess, marks: Path) -> None:
    """A signal's number comes on top of 128."""
    call(host.base_url, "POST", "/api/start/naps/n", 0.9)
    until(marks.exists)
    os.kill(host.workers()[0], signal.SIGKILL)

    until(lambda: status(host, "n")["runtimeStatus"] == "Completed")
    assert "python exited with code 137 (0x89)" in status(host, "n")["output"]


def test_an_orchestration_in_mid_episode_fails_and_can_be_started_again(host: HostProcess) -> None:
    """Its custom status is gone; the same id runs again from the start, and completes."""
    failed = outcome(host, "dies_itself", "o")

    assert failed["runtimeStatus"] == "Failed"
    assert failed["output"] == (
        "Orchestrator function 'dies_itself' failed: python exited with code 3 (0x3)"
    )
    assert failed["customStatus"] is None
    assert outcome(host, "dies_itself", "o")["output"] == "survived"


def test_an_entitys_operation_is_run_again(host: HostProcess, marks: Path) -> None:
    """The caller sees nothing of it."""
    assert outcome(host, "asks_entity", "e")["output"] == 1
    assert marks.read_text() == "e: add\n" * 2


def test_the_third_death_ends_the_host(host: HostProcess) -> None:
    """With one line and a status; the next start goes on."""
    outcome(host, "dies", "first", 3)
    outcome(host, "dies", "second", 3)
    call(host.base_url, "POST", "/api/start/dies/third", 3)

    assert host.wait() == 1
    last = host.output.splitlines()[-1]
    assert last.startswith("local_host: Exceeded language worker restart retry count")
    assert "python exited with code 3 (0x3)" in last


def test_an_http_function_whose_worker_dies_answers_500(host: HostProcess, marks: Path) -> None:
    """And nothing of the reason."""
    with ThreadPoolExecutor(1) as pool:
        answer = pool.submit(fetch, host.base_url, "GET", "/api/nap/0.9")
        until(marks.exists)
        os.kill(host.workers()[0], signal.SIGKILL)

        assert answer.result() == (500, b"")


@pytest.mark.parametrize("by_setting", [True, False])
def test_work_is_spread_over_several_workers(
    tmp_path: Path, marks: Path, *, by_setting: bool
) -> None:
    """Each runs functions, RPC included; the number comes from the settings or the command line."""
    environment = {"MARKS": str(marks)}
    if by_setting:
        environment["FUNCTIONS_WORKER_PROCESS_COUNT"] = "2"
    options = [] if by_setting else ["--workers", "2"]
    with (
        running_host(FRAGILE, tmp_path, *options, environment=environment) as host,
        ThreadPoolExecutor(4) as pool,
    ):
        paths = ["/api/nap/0.5"] * 4
        answers = list(pool.map(lambda path: fetch(host.base_url, "GET", path), paths))
        started = [fetch(host.base_url, "POST", f"/api/start/naps/n{n}", b"0")[0] for n in range(4)]

        assert {int(body) for _, body in answers} == set(host.workers())
        assert len(host.workers()) == 2
        assert started == [202] * 4
        until(lambda: all(status(host, f"n{n}")["output"] == "rested" for n in range(4)))
