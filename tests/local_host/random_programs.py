"""Random programs for the app in `programs/`, and checks of their effects."""

import json
import sqlite3
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

Step = list[Any]
Program = dict[str, Any]
PROGRAMS = Path(__file__).parent / "programs"
#: The line between effects before a crash and after it.
CRASH = "--- crash"

# ------------------------------------------------------------ strategies

_NUMBERS = st.integers(1, 3)
_CALLS = st.one_of(
    st.just(["act"]),
    _NUMBERS.map(lambda n: ["timer", n]),
    _NUMBERS.map(lambda n: ["entity", n]),
)


def _steps(calls: st.SearchStrategy[Step]) -> st.SearchStrategy[list[Step]]:
    step = st.one_of(
        calls,
        st.just(["fail"]),
        st.just(["status"]),
        _NUMBERS.map(lambda n: ["retry", n]),
        _NUMBERS.map(lambda n: ["signal", n]),
        calls.map(lambda call: ["any", call]),
        st.lists(calls, min_size=1, max_size=4).map(lambda parts: ["all", parts]),
    )
    return st.lists(step, max_size=4)


_CHILDREN = _steps(_CALLS)
_CALLS_AND_CHILDREN = st.one_of(
    _CALLS, st.just(["event"]), _CHILDREN.map(lambda steps: ["sub", steps])
)
_MAIN = st.one_of(
    _steps(_CALLS_AND_CHILDREN),
    _CHILDREN.map(lambda steps: [["sub_fails", steps], ["act"]]),
    _steps(_CALLS_AND_CHILDREN).map(lambda steps: [*steps, ["raise"]]),
)


@st.composite
def programs(draw: st.DrawFn) -> Program:
    """Generate a program."""
    steps = draw(_MAIN)
    rest = draw(st.lists(_steps(_CALLS_AND_CHILDREN), max_size=2))
    return {"steps": steps, "rest": rest, "path": "", "results": [], "unit": 60}


def awaited_events(program: Program) -> Iterator[str]:
    """Yield the names of the events that a program waits for."""
    for generation, steps in enumerate([program["steps"], *program["rest"]]):
        for number, step in enumerate(steps):
            yield from _awaited(step, f"{'n' * generation}{number}")


def _awaited(step: Step, path: str) -> Iterator[str]:
    match step:
        case ["event"]:
            yield path
        case ["any", part]:
            yield from _awaited(part, path)
        case ["all", parts]:
            for number, part in enumerate(parts):
                yield from _awaited(part, f"{path}.{number}")


# ------------------------------------------------------------ results and effects


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """The final state of an instance."""

    status: str
    output: Any
    custom_status: Any


def check_effects(effects: Path, pending: list[set[str]], expected: set[str]) -> None:
    """Check that every effect exists, and that only activities in flight at a crash ran again.

    `pending` holds, for each crash, the activities that had no recorded result by then.
    """
    lives = _read_lives(effects)
    done: set[str] = set()
    for number, life in enumerate(lives):
        counts = Counter(key for key in life if not key.startswith("retry "))
        assert set(counts.values()) <= {1}, "an effect occurred twice without a crash"
        if number:
            repeated = done & set(counts)
            assert repeated <= pending[number - 1], "an activity with a recorded result ran again"
        done |= set(counts)
    assert {key for life in lives for key in life} == expected


def count_retries(effects: Path) -> Counter[str]:
    """Count the attempts of each retried activity."""
    return Counter(k for life in _read_lives(effects) for k in life if k.startswith("retry "))


def read_effects(effects: Path) -> set[str]:
    """Return all effects."""
    return {key for life in _read_lives(effects) for key in life}


def _read_lives(effects: Path) -> list[list[str]]:
    """Return the effects between crashes."""
    lives: list[list[str]] = [[]]
    for line in effects.read_text().splitlines() if effects.exists() else []:
        if line == CRASH:
            lives.append([])
        else:
            lives[-1].append(line)
    return lives


def record_crash(effects: Path, data: Path) -> set[str]:
    """Mark a crash in the file of effects; return the activities without a recorded result."""
    with effects.open("a") as file:
        file.write(f"{CRASH}\n")
    return {json.loads(text) for (text,) in _query(data, "SELECT input FROM tasks")}


def check_histories(data: Path) -> None:
    """Check that histories hold no result twice, and that no activity is pending."""
    results = Counter[tuple[str, str, int]]()
    for instance_id, text in _query(data, "SELECT instance_id, event FROM history"):
        event = json.loads(text)
        for field in ("TaskScheduledId", "TimerId"):
            if field in event:
                results[instance_id, field, event[field]] += 1
    assert set(results.values()) <= {1}, "a result is recorded twice"
    assert list(_query(data, "SELECT input FROM tasks")) == []


def _query(data: Path, sql: str) -> list[Any]:
    path = data / "host.sqlite3"
    if not path.exists():
        return []
    connection = sqlite3.connect(path)
    try:
        return connection.execute(sql).fetchall()
    finally:
        connection.close()
