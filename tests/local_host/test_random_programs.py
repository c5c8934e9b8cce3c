"""Does any orchestration come out the same, however often the host dies on its way?

`LONG=1 ./scripts/test -k random` runs many more programs.
"""

import os
import tempfile
from pathlib import Path
from unittest import mock

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.local_host.crashing import CrashPoint, run_through
from tests.local_host.random_programs import (
    Found,
    Program,
    check_effects,
    check_histories,
    count_retries,
    effects_of,
    programs,
)

EXAMPLES = 3_000 if os.environ.get("LONG") else 100
_CRASHES = st.lists(st.builds(CrashPoint, st.integers(1, 12), st.booleans()), max_size=4)


def run_apart(program: Program, crashes: list[CrashPoint]) -> tuple[Found, Path, list[set[str]]]:
    """Run a program in a folder of its own; return what became of it, and its effects."""
    folder = Path(tempfile.mkdtemp(prefix="program-", dir=os.environ["PROGRAMS"]))
    effects = folder / "effects"
    with mock.patch.dict(os.environ, {"EFFECTS": str(effects)}):
        found, pending = run_through(program, crashes, folder / "data", effects)
    check_histories(folder / "data")
    return found, effects, pending


# The SDK's words for an event that nobody waits for yet, and for plain JSON.
@pytest.mark.filterwarnings("ignore:azure.functions df_loads:DeprecationWarning")
@pytest.mark.filterwarnings("ignore:Potential duplicate Task completion:UserWarning")
@settings(
    max_examples=EXAMPLES,
    deadline=None,
    database=None,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(programs(), _CRASHES)
def test_a_program_comes_out_the_same_however_often_the_host_dies(
    program: Program, crashes: list[CrashPoint]
) -> None:
    """Same end, same output, same effects; only what was running is done once more."""
    with tempfile.TemporaryDirectory() as folder, mock.patch.dict(os.environ, PROGRAMS=folder):
        undisturbed, effects, _ = run_apart(program, [])
        expected, tries = effects_of(effects), count_retries(effects)

        found, effects, pending = run_apart(program, crashes)

        assert found == undisturbed, (found, undisturbed)
        check_effects(effects, pending, expected)
        for key, times in count_retries(effects).items():
            assert tries[key] <= times <= tries[key] + len(pending)
