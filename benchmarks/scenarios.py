"""Which questions are asked of the host?"""

import asyncio
import sqlite3
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from benchmarks.filling import let_timers_come_due, multiply
from benchmarks.host import HOOK, RunningHost, running_host
from benchmarks.journal import journal_rate
from benchmarks.load import Load, closed_loop

#: Figures under their names; the unit stands in the name.
Figures = dict[str, float]
_SETTLE_SECONDS = 1.0
_IDLE_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Options:
    """How much of everything."""

    workflows: int
    in_flight: int
    steps: int
    rounds: int
    finished: int
    waiting: int


def throughput(options: Options, folder: Path) -> Figures:
    """Workflows a second on an empty file, next to a bare journal on the same disk."""
    figures: Figures = {}
    for turn in range(1, options.rounds + 1):
        data = folder / f"round{turn}"
        with running_host(data) as host:
            load = _loop(host, options)
        bare = asyncio.run(journal_rate(data, options.workflows, options.in_flight, options.steps))
        figures[f"round {turn}: workflows a second"] = load.rate
        figures[f"round {turn}: p50 ms"] = load.p50
        figures[f"round {turn}: bare journal, workflows a second"] = bare
        figures[f"round {turn}: ratio to the bare journal"] = load.rate / bare
    return figures


def one_at_a_time(options: Options, folder: Path) -> Figures:
    """How long a single workflow takes when nothing else runs."""
    with running_host(folder) as host:
        load = asyncio.run(closed_loop(host.base_url, 200, 1, options.steps))
    return {"p50 ms": load.p50, "p95 ms": load.p95, "longest ms": load.longest}


def filled(options: Options, folder: Path) -> Figures:
    """The throughput with many finished and many waiting instances in the file."""
    _fill(folder / "filled", options)
    figures: Figures = {}
    for turn in range(1, options.rounds + 1):
        with running_host(folder / f"empty{turn}") as host:
            empty = _loop(host, options).rate
        with running_host(folder / "filled") as host:
            full = _loop(host, options).rate
        figures[f"round {turn}: empty, workflows a second"] = empty
        figures[f"round {turn}: filled, workflows a second"] = full
        figures[f"round {turn}: ratio filled to empty"] = full / empty
    with running_host(folder / "filled") as host:
        time.sleep(_SETTLE_SECONDS)
        used = host.cpu_seconds()
        time.sleep(_IDLE_SECONDS)
        figures["idle, percent of a core"] = (host.cpu_seconds() - used) / _IDLE_SECONDS * 100
        figures["idle MB"] = host.megabytes()
    return figures


def start_and_size(options: Options, folder: Path) -> Figures:
    """From the start to the first answer; memory then, and after some work."""
    with running_host(folder / "warm-up"):
        pass
    started = time.perf_counter()
    with running_host(folder / "start") as host:
        urllib.request.urlopen(f"{host.base_url}/api/hello", timeout=5).close()  # noqa: S310 (ours)
        first_answer = time.perf_counter() - started
        idle = host.megabytes()
        _loop(host, options)
        busy = host.megabytes()
    return {
        "first answer after s": first_answer,
        "idle MB": idle,
        f"after {options.workflows} workflows MB": busy,
    }


def restart(options: Options, folder: Path) -> Figures:
    """A start with many open instances whose timers came due meanwhile, until all have ended."""
    with running_host(folder) as host:
        _post(f"{host.base_url}{HOOK}/orchestrators/naps/napping", b"")
        time.sleep(_SETTLE_SECONDS)
    multiply(folder, "napping", options.waiting - 1)
    let_timers_come_due(folder)
    started = time.perf_counter()
    with running_host(folder) as host:
        while _open(folder):
            time.sleep(0.05)
        moved = time.perf_counter() - started
    return {
        "open instances": float(options.waiting),
        "listens after s": host.seconds_to_listen,
        "all have moved to their end after s": moved,
    }


SCENARIOS: dict[str, Callable[[Options, Path], Figures]] = {
    scenario.__name__: scenario
    for scenario in (throughput, one_at_a_time, filled, start_and_size, restart)
}


def _loop(host: RunningHost, options: Options) -> Load:
    return asyncio.run(
        closed_loop(host.base_url, options.workflows, options.in_flight, options.steps)
    )


def _fill(data: Path, options: Options) -> None:
    """Finished chains and waiting instances, as many as the options say."""
    with running_host(data) as host:
        asyncio.run(closed_loop(host.base_url, 2, 1, options.steps))
        _post(f"{host.base_url}{HOOK}/orchestrators/chain/finished", b'{"steps": 4}')
        _post(f"{host.base_url}{HOOK}/orchestrators/waits/waiting", b"")
        time.sleep(_SETTLE_SECONDS)
    multiply(data, "finished", options.finished)
    multiply(data, "waiting", options.waiting - 1)


def _post(url: str, body: bytes) -> None:
    request = urllib.request.Request(  # noqa: S310 (our own host)
        url, body, {"Content-Type": "application/json"}, method="POST"
    )
    urllib.request.urlopen(request, timeout=5).close()  # noqa: S310 (our own host)


def _open(data: Path) -> int:
    with closing(sqlite3.connect(data / "host.sqlite3")) as connection:
        counted = connection.execute("SELECT count(*) FROM instances WHERE status = 'Running'")
        return int(counted.fetchone()[0])
