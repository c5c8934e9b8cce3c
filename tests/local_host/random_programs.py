"""Which programs are there, and how does one look that was run?"""

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
CRASH = "--- crash"

_NUMBERS = st.integers(1, 3)
_CALLS = st.one_of(
    st.just(["act"]),
    _NUMBERS.map(lambda n: ["timer", n]),
    _NUMBERS.map(lambda n: ["entity", n]),
)


def _steps(of: st.SearchStrategy[Step]) -> st.SearchStrategy[list[Step]]:
    simple = st.one_of(
        of,
        st.just(["fail"]),
        st.just(["status"]),
        _NUMBERS.map(lambda n: ["retry", n]),
        _NUMBERS.map(lambda n: ["signal", n]),
        of.map(lambda step: ["any", step]),
        st.lists(of, min_size=1, max_size=4).map(lambda parts: ["all", parts]),
    )
    return st.lists(simple, max_size=4)


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
    """Any program."""
    steps = draw(_MAIN)
    rest = draw(st.lists(_steps(_CALLS_AND_CHILDREN), max_size=2))
    return {"steps": steps, "rest": rest, "path": "", "seen": [], "unit": 60}


def awaited_events(program: Program) -> Iterator[str]:
    """The names of the events that a program waits for."""
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


@dataclass(frozen=True, slots=True)
class Found:
    """All that an instance is, once it has ended."""

    status: str
    output: Any
    custom_status: Any


def check_effects(effects: Path, pending: list[set[str]], expected: set[str]) -> None:
    """Every effect is there, and only what was running at a crash is there twice.

    `pending` holds, for each crash, the activities that had no recorded answer by then.
    """
    lives = _lives(effects)
    done: set[str] = set()
    for number, life in enumerate(lives):
        once = Counter(key for key in life if not key.startswith("retry "))
        assert set(once.values()) <= {1}, "an effect came twice without a crash"
        if number:
            assert done & set(once) <= pending[number - 1], "what was recorded was done again"
        done |= set(once)
    assert {key for life in lives for key in life} == expected


def count_retries(effects: Path) -> Counter[str]:
    """How often each retried activity was tried."""
    return Counter(k for life in _lives(effects) for k in life if k.startswith("retry "))


def effects_of(effects: Path) -> set[str]:
    """All effects."""
    return {key for life in _lives(effects) for key in life}


def _lives(effects: Path) -> list[list[str]]:
    lives: list[list[str]] = [[]]
    for line in effects.read_text().splitlines() if effects.exists() else []:
        if line == CRASH:
            lives.append([])
        else:
            lives[-1].append(line)
    return lives


def note_crash(effects: Path, data: Path) -> set[str]:
    """Part the effects before a crash from those after it; return what had no answer by then."""
    with effects.open("a") as file:
        file.write(f"{CRASH}\n")
    return {json.loads(text) for (text,) in _read(data, "SELECT input FROM tasks")}


def check_histories(data: Path) -> None:
    """No answer stands twice in a history, and nothing is left to do."""
    answers = Counter[tuple[str, str, int]]()
    for instance_id, text in _read(data, "SELECT instance_id, event FROM history"):
        event = json.loads(text)
        for field in ("TaskScheduledId", "TimerId"):
            if field in event:
                answers[instance_id, field, event[field]] += 1
    assert set(answers.values()) <= {1}, "an answer is recorded twice"
    assert list(_read(data, "SELECT input FROM tasks")) == []


def _read(data: Path, sql: str) -> list[Any]:
    path = data / "host.sqlite3"
    if not path.exists():
        return []
    connection = sqlite3.connect(path)
    try:
        return connection.execute(sql).fetchall()
    finally:
        connection.close()
