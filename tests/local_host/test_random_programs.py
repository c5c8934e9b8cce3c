"""Random orchestrations on a host that crashes at random commits.

`LONG=1 ./scripts/test -k random` runs many more programs.
"""

import os
import tempfile
from pathlib import Path
from unittest import mock

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.local_host.crashing import CrashPoint, run_with_crashes
from tests.local_host.random_programs import (
    Program,
    Result,
    check_effects,
    check_histories,
    count_retries,
    programs,
    read_effects,
)

EXAMPLES = 3_000 if os.environ.get("LONG") else 100
_CRASH_POINTS = st.builds(CrashPoint, commit=st.integers(1, 12), is_written=st.booleans())
_CRASHES = st.lists(_CRASH_POINTS, max_size=4)


def run_in_new_folder(
    program: Program, crashes: list[CrashPoint]
) -> tuple[Result, Path, list[set[str]]]:
    """Run a program in a new folder; return its result, its effects, and what crashes repeat."""
    folder = Path(tempfile.mkdtemp(prefix="program-", dir=os.environ["PROGRAMS"]))
    effects = folder / "effects"
    with mock.patch.dict(os.environ, {"EFFECTS": str(effects)}):
        result, pending = run_with_crashes(program, crashes, folder / "data", effects)
    check_histories(folder / "data")
    return result, effects, pending


# The SDK warns about an event that is not awaited yet, and about plain JSON.
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
def test_crashes_do_not_change_the_result_of_a_program(
    program: Program, crashes: list[CrashPoint]
) -> None:
    """Status, output and effects are the same; only activities in flight at a crash run again."""
    with tempfile.TemporaryDirectory() as folder, mock.patch.dict(os.environ, PROGRAMS=folder):
        expected, effects, _ = run_in_new_folder(program, [])
        expected_effects, attempts = read_effects(effects), count_retries(effects)

        result, effects, pending = run_in_new_folder(program, crashes)

        assert result == expected, (result, expected)
        check_effects(effects, pending, expected_effects)
        for key, count in count_retries(effects).items():
            assert attempts[key] <= count <= attempts[key] + len(pending)
