"""The scenarios; the docstring of each is its description in the output."""

import asyncio
import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from benchmarks.data_file import copy_instance, count_running, expire_timers, replace_state
from benchmarks.host import RunningHost, running_host
from benchmarks.load import Load, journal_rate, run_sales, run_workflows
from orders.contracts.codec import encode
from orders.domain.stock import ExpectedUnits, ReservationStatus, Stock

#: Figures by label; the label contains the unit.
Figures = dict[str, float]
_SETTLE_SECONDS = 1.0
_IDLE_SECONDS = 5.0
_SALES = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """The sizes of the scenarios."""

    workflows: int
    in_flight: int
    steps: int
    rounds: int
    finished: int
    waiting: int


def throughput(options: Options, folder: Path) -> Figures:
    """Workflows per second with an empty data file, and of a bare journal on the same disk."""
    figures: Figures = {}
    for number in range(1, options.rounds + 1):
        data = folder / f"round{number}"
        with running_host(data) as host:
            load = _run_workflows(host, options)
        limit = asyncio.run(journal_rate(data, options.workflows, options.in_flight, options.steps))
        figures[f"round {number}: workflows per second"] = load.rate
        figures[f"round {number}: p50 in ms"] = load.p50
        figures[f"round {number}: bare journal, workflows per second"] = limit
        figures[f"round {number}: ratio to the bare journal"] = load.rate / limit
    return figures


def latency(options: Options, folder: Path) -> Figures:
    """Duration of a workflow when no other is running."""
    with running_host(folder) as host:
        load = asyncio.run(run_workflows(host.base_url, 200, 1, options.steps))
    return {"p50 in ms": load.p50, "p95 in ms": load.p95, "longest in ms": load.longest}


def filled(options: Options, folder: Path) -> Figures:
    """Throughput, and idle cost, with many finished and waiting instances in the data file."""
    _fill(folder / "filled", options)
    figures: Figures = {}
    for number in range(1, options.rounds + 1):
        with running_host(folder / f"empty{number}") as host:
            rate_empty = _run_workflows(host, options).rate
        with running_host(folder / "filled") as host:
            rate_filled = _run_workflows(host, options).rate
        figures[f"round {number}: empty, workflows per second"] = rate_empty
        figures[f"round {number}: filled, workflows per second"] = rate_filled
        figures[f"round {number}: ratio of filled to empty"] = rate_filled / rate_empty
    with running_host(folder / "filled") as host:
        time.sleep(_SETTLE_SECONDS)
        cpu_before = host.cpu_seconds()
        time.sleep(_IDLE_SECONDS)
        cpu_seconds = host.cpu_seconds() - cpu_before
        figures["idle, percent of a core"] = cpu_seconds / _IDLE_SECONDS * 100
        figures["idle, MB"] = host.megabytes()
    return figures


def start(options: Options, folder: Path) -> Figures:
    """Time from the start to the first response; memory then, and after the workflows."""
    with running_host(folder / "warm-up"):
        pass
    started = time.perf_counter()
    with running_host(folder / "start") as host:
        host.get("/api/hello")
        seconds = time.perf_counter() - started
        idle = host.megabytes()
        _run_workflows(host, options)
        loaded = host.megabytes()
    return {
        "first response after s": seconds,
        "idle, MB": idle,
        f"after {options.workflows} workflows, MB": loaded,
    }


def recovery(options: Options, folder: Path) -> Figures:
    """Time from a start with many overdue timers until all their instances have ended."""
    with running_host(folder) as host:
        host.start("wait_for_timer", "overdue")
        time.sleep(_SETTLE_SECONDS)
    copy_instance(folder, "overdue", options.waiting - 1)
    expire_timers(folder)
    started = time.perf_counter()
    with running_host(folder) as host:
        while count_running(folder):
            time.sleep(0.05)
        seconds = time.perf_counter() - started
    return {
        "running instances": float(options.waiting),
        "listens after s": host.seconds_to_listen,
        "all have ended after s": seconds,
    }


def stock(options: Options, folder: Path) -> Figures:
    """A sale (reserve, commit, settle) after few and after many orders have ended."""
    with running_host(folder) as host:
        asyncio.run(run_sales(host.base_url, 2))
    figures: Figures = {}
    for number in range(1, options.rounds + 1):
        cpu: dict[str, float] = {}
        for name, state in _stock_states().items():
            replace_state(folder, "@stock@MUG", json.dumps(encode(state)))
            with running_host(folder) as host:
                asyncio.run(run_sales(host.base_url, 20))  # warms up the host
                cpu_before = host.cpu_seconds()
                p50 = asyncio.run(run_sales(host.base_url, _SALES)).p50
                cpu[name] = (host.cpu_seconds() - cpu_before) / _SALES * 1000
            figures[f"round {number}: {name}, p50 in ms"] = p50
            figures[f"round {number}: {name}, processor ms"] = cpu[name]
        first, *others = cpu
        for name in others:
            label = f"round {number}: {name}, ratio of processor time"
            figures[label] = cpu[name] / cpu[first]
    return figures


SCENARIOS: dict[str, Callable[[Options, Path], Figures]] = {
    scenario.__name__: scenario
    for scenario in (throughput, latency, filled, start, recovery, stock)
}


def _run_workflows(host: RunningHost, options: Options) -> Load:
    return asyncio.run(
        run_workflows(host.base_url, options.workflows, options.in_flight, options.steps)
    )


def _stock_states() -> dict[str, Stock]:
    """Return the stock of a product after orders that have ended, and with orders that have not."""
    states = {
        f"{orders:,} ended orders": _sell(Stock.opened(10**9), orders, is_settled=True)
        for orders in (10, 10_000, 100_000)
    }
    return states | {"1,000 open orders": _sell(Stock.opened(10**9), 1_000, is_settled=False)}


def _sell(stock: Stock, orders: int, *, is_settled: bool) -> Stock:
    for number in range(orders):
        order_id = f"ord_{number:026}"
        stock, _ = stock.reserve(order_id, 1)
        if is_settled:
            stock, _ = stock.commit(order_id)
            sold = ExpectedUnits(status=ReservationStatus.SOLD, quantity=1, number=stock.made)
            stock = stock.settle(order_id, sold)
    return stock


def _fill(data: Path, options: Options) -> None:
    """Create a data file with finished and waiting instances."""
    with running_host(data) as host:
        asyncio.run(run_workflows(host.base_url, 2, 1, options.steps))
        host.start("chain", "finished", b'{"steps": 4}')
        host.start("wait_for_event", "waiting")
        time.sleep(_SETTLE_SECONDS)
    copy_instance(data, "finished", options.finished)
    copy_instance(data, "waiting", options.waiting - 1)
