"""A host under load whose whole process tree is killed several times.

`LONG=1 ./scripts/test -k kill` repeats it many more times.
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
from tests.local_host.crashing import run_with_crashes
from tests.local_host.process import HOOK, fetch, running_host, status, until
from tests.local_host.random_programs import (
    PROGRAMS,
    Program,
    Result,
    awaited_events,
    check_effects,
    check_histories,
    count_retries,
    programs,
    read_effects,
    record_crash,
)

ROUNDS = 40 if os.environ.get("LONG") else 3
_KILLS = st.lists(st.floats(0, 0.5), min_size=1, max_size=3)
_LOADS = st.lists(programs(), min_size=12, max_size=12)


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiCall:
    """A POST to the management API about one instance."""

    instance_id: str
    path: str
    body: bytes

    @property
    def is_start(self) -> bool:
        """Whether the call starts the instance."""
        return "orchestrators" in self.path


@dataclass(slots=True)
class Load:
    """Programs, and the calls that no host has acknowledged; unfrozen because calls are removed."""

    programs: dict[str, Program]
    unacknowledged: list[ApiCall] = field(default_factory=list)

    def __post_init__(self) -> None:
        for instance_id, program in self.programs.items():
            body = json.dumps({**program, "unit": 0.01}).encode()
            start = f"{HOOK}/orchestrators/interpret/{instance_id}"
            self.unacknowledged.append(ApiCall(instance_id=instance_id, path=start, body=body))
            for name in awaited_events(program):
                path = f"{HOOK}/instances/{instance_id}/raiseEvent/{urllib.parse.quote(name)}"
                event = json.dumps(name).encode()
                self.unacknowledged.append(ApiCall(instance_id=instance_id, path=path, body=event))

    def send(self, base_url: str) -> None:
        """Send the unacknowledged calls until the host is gone."""
        by_instance: dict[str, list[ApiCall]] = {}
        for call in self.unacknowledged:
            by_instance.setdefault(call.instance_id, []).append(call)
        with ThreadPoolExecutor(8) as pool:
            sent = pool.map(lambda calls: list(_send(base_url, calls)), by_instance.values())
            acknowledged = [call for calls in sent for call in calls]
        self.unacknowledged = [call for call in self.unacknowledged if call not in acknowledged]


def _send(base_url: str, calls: list[ApiCall]) -> Iterator[ApiCall]:
    """Send the calls of an instance in order; yield those that were acknowledged."""
    for call in calls:
        try:
            exists = fetch(base_url, "GET", f"{HOOK}/instances/{call.instance_id}")[0] != 404
            if not call.is_start or not exists:
                assert fetch(base_url, "POST", call.path, call.body)[0] in (202, 410)
        except (OSError, HTTPException):
            return
        yield call


def run_without_kills(load: dict[str, Program], folder: Path) -> tuple[dict[str, Result], Path]:
    """Run the programs without a crash; return their results and the file of their effects."""
    effects, results = folder / "effects-without-kills", {}
    with mock.patch.dict(os.environ, {"EFFECTS": str(effects)}):
        for name, program in load.items():
            results[name], _ = run_with_crashes(program, [], folder / name, effects, name)
    return results, effects


def kill_repeatedly(load: Load, kills: list[float], data: Path, effects: Path) -> list[set[str]]:
    """Kill hosts after so many seconds; return the activities without a result at each kill."""
    pending = []
    for seconds in kills:
        with (
            running_host(PROGRAMS, data, environment={"EFFECTS": str(effects)}) as host,
            ThreadPoolExecutor(1) as pool,
        ):
            sending = pool.submit(load.send, host.base_url)
            time.sleep(seconds)
            host.kill()
            sending.result()
        pending.append(record_crash(effects, data))
    return pending


def run_to_end(load: Load, data: Path, effects: Path) -> dict[str, Result]:
    """Send the remaining calls and wait for the end of every program."""

    def have_all_ended() -> bool:
        return all(status(host, i)["runtimeStatus"] in FINAL_STATUSES for i in load.programs)

    with running_host(PROGRAMS, data, environment={"EFFECTS": str(effects)}) as host:
        load.send(host.base_url)
        assert load.unacknowledged == []
        until(have_all_ended)
        shown = {instance_id: status(host, instance_id) for instance_id in load.programs}
        assert host.stop() == 0
    return {
        instance_id: Result(
            status=instance["runtimeStatus"],
            output=instance["output"],
            custom_status=instance["customStatus"],
        )
        for instance_id, instance in shown.items()
    }


# The SDK warns about an event that is not awaited yet, and about plain JSON.
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
def test_acknowledged_calls_survive_kills_and_take_effect_once(
    several: list[Program], kills: list[float]
) -> None:
    """Every start and event takes effect; only activities in flight at a kill run again."""
    by_id = {f"p{number}": program for number, program in enumerate(several)}
    with tempfile.TemporaryDirectory() as name:
        data, effects, load = Path(name) / "data", Path(name) / "effects", Load(by_id)
        expected, expected_effects = run_without_kills(by_id, Path(name))

        pending = kill_repeatedly(load, kills, data, effects)
        results = run_to_end(load, data, effects)

        assert results == expected
        check_effects(effects, pending, read_effects(expected_effects))
        check_histories(data)
        attempts = count_retries(expected_effects)
        for key, count in count_retries(effects).items():
            assert attempts[key] <= count <= attempts[key] + len(pending)
