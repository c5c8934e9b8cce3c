"""How many workflows a second, and how long does one take? A closed loop over HTTP.

A workflow counts from its POST to its output, by start-and-wait.
"""

import asyncio
import statistics
import time
from dataclasses import dataclass

import aiohttp

from benchmarks.host import HOOK

_START_AND_WAIT = f"{HOOK}/orchestrators/chain?timeout=120&pollingInterval=1"


@dataclass(frozen=True, slots=True)
class Load:
    """What a closed loop measured; times in milliseconds."""

    workflows: int
    in_flight: int
    rate: float
    p50: float
    p95: float
    longest: float


async def closed_loop(base_url: str, workflows: int, in_flight: int, steps: int) -> Load:
    """Run `workflows` chains, `in_flight` of them at a time."""
    slots = asyncio.Semaphore(in_flight)
    times: list[float] = []

    async def one(session: aiohttp.ClientSession) -> None:
        async with slots:
            started = time.perf_counter()
            async with session.post(base_url + _START_AND_WAIT, json={"steps": steps}) as answer:
                output = await answer.json()
            if (answer.status, output) != (200, steps):
                raise RuntimeError(f"a workflow ended with {answer.status} {output}")
            times.append((time.perf_counter() - started) * 1000)

    connector = aiohttp.TCPConnector(limit=0)
    async with aiohttp.ClientSession(connector=connector) as session:
        started = time.perf_counter()
        await asyncio.gather(*(one(session) for _ in range(workflows)))
        elapsed = time.perf_counter() - started
    cuts = statistics.quantiles(times, n=20, method="inclusive")
    return Load(workflows, in_flight, workflows / elapsed, cuts[9], cuts[18], max(times))
