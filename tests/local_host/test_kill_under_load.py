"""Is nothing lost and nothing done twice when the whole process tree is killed under load?

`LONG=1 ./scripts/test -k kill` does it many more times.
"""

import json
import os
import tempfile
import time
import urllib.parse
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from http.client import HTTPException
from pathlib import Path
from unittest import mock

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from local_host.host.history.events import FINAL_STATUSES
from tests.local_host.crashing import run_through
from tests.local_host.process import HOOK, fetch, running_host, status, until
from tests.local_host.random_programs import (
    PROGRAMS,
    Found,
    Program,
    awaited_events,
    check_effects,
    check_histories,
    count_retries,
    effects_of,
    note_crash,
    programs,
)

ROUNDS = 40 if os.environ.get("LONG") else 3
_KILLS = st.lists(st.floats(0, 0.5), min_size=1, max_size=3)
_LOADS = st.lists(programs(), min_size=12, max_size=12)


@dataclass(slots=True)
class Load:
    """Programs to run on a host that is killed now and then, and what is left to ask of it."""

    programs: dict[str, Program]
    unasked: list[tuple[str, str, bytes]] = field(default_factory=list)

    def __post_init__(self) -> None:
        for instance_id, program in self.programs.items():
            quick = json.dumps({**program, "unit": 0.01}).encode()
            start = f"{HOOK}/orchestrators/interpret/{instance_id}"
            self.unasked.append((instance_id, start, quick))
            for name in awaited_events(program):
                path = f"{HOOK}/instances/{instance_id}/raiseEvent/{urllib.parse.quote(name)}"
                self.unasked.append((instance_id, path, json.dumps(name).encode()))

    def ask(self, base_url: str) -> None:
        """Ask for what has not been acknowledged, until the host is gone."""
        by_instance: dict[str, list[tuple[str, str, bytes]]] = {}
        for request in self.unasked:
            by_instance.setdefault(request[0], []).append(request)
        with ThreadPoolExecutor(8) as pool:
            asked = pool.map(lambda mine: list(_ask(base_url, mine)), by_instance.values())
            acknowledged = [request for mine in asked for request in mine]
        self.unasked = [request for request in self.unasked if request not in acknowledged]


def _ask(base_url: str, requests: list[tuple[str, str, bytes]]) -> Iterator[tuple[str, str, bytes]]:
    """Send an instance's requests in order; give back those that were acknowledged."""
    for request in requests:
        instance_id, path, body = request
        try:
            known = fetch(base_url, "GET", f"{HOOK}/instances/{instance_id}")[0] != 404
            if "orchestrators" not in path or not known:
                assert fetch(base_url, "POST", path, body)[0] in (202, 410)
        except (OSError, HTTPException):
            return
        yield request


def undisturbed(load: dict[str, Program], folder: Path) -> tuple[dict[str, Found], Path]:
    """What becomes of the programs where nothing dies, and the file with their effects."""
    effects, found = folder / "undisturbed", {}
    with mock.patch.dict(os.environ, {"EFFECTS": str(effects)}):
        for name, program in load.items():
            found[name], _ = run_through(program, [], folder / name, effects, name)
    return found, effects


def kill_again_and_again(
    load: Load, kills: list[float], data: Path, effects: Path
) -> list[set[str]]:
    """Kill the host after so many seconds each; return what each kill left unanswered."""
    pending = []
    for seconds in kills:
        with (
            running_host(PROGRAMS, data, environment={"EFFECTS": str(effects)}) as host,
            ThreadPoolExecutor(1) as pool,
        ):
            asking = pool.submit(load.ask, host.base_url)
            time.sleep(seconds)
            host.kill()
            asking.result()
        pending.append(note_crash(effects, data))
    return pending


def come_to_an_end(load: Load, data: Path, effects: Path) -> dict[str, Found]:
    """Ask for what is left, and wait for every program's end."""
    with running_host(PROGRAMS, data, environment={"EFFECTS": str(effects)}) as host:
        load.ask(host.base_url)
        assert load.unasked == []
        until(
            lambda: all(status(host, i)["runtimeStatus"] in FINAL_STATUSES for i in load.programs)
        )
        shown = {i: status(host, i) for i in load.programs}
        assert host.stop() == 0
    return {
        i: Found(one["runtimeStatus"], one["output"], one["customStatus"])
        for i, one in shown.items()
    }


# The SDK's words for an event that nobody waits for yet, and for plain JSON.
@pytest.mark.filterwarnings("ignore:azure.functions df_loads:DeprecationWarning")
@pytest.mark.filterwarnings("ignore:Potential duplicate Task completion:UserWarning")
@settings(
    max_examples=ROUNDS,
    deadline=None,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(_LOADS, _KILLS)
def test_what_was_acknowledged_is_done_once(several: list[Program], kills: list[float]) -> None:
    """Every start and every event counts, and only what was running is done once more."""
    load = {f"p{number}": program for number, program in enumerate(several)}
    with tempfile.TemporaryDirectory() as name:
        data, effects, asked = Path(name) / "data", Path(name) / "effects", Load(load)
        expected, effects_once = undisturbed(load, Path(name))

        pending = kill_again_and_again(asked, kills, data, effects)
        found = come_to_an_end(asked, data, effects)

        assert found == expected
        check_effects(effects, pending, effects_of(effects_once))
        check_histories(data)
        tries = count_retries(effects_once)
        for key, times in count_retries(effects).items():
            assert tries[key] <= times <= tries[key] + len(pending)
