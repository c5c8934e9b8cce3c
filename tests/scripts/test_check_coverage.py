"""Coverage of each package is compared with its floor."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.shop import APP


def measured(*, covered: int, total: int) -> dict[str, object]:
    """Return a file's figures as `coverage json` writes them."""
    return {
        "summary": {
            "covered_lines": covered,
            "num_statements": total,
            "covered_branches": 0,
            "num_branches": 0,
        },
        "missing_lines": [7] if covered < total else [],
        "missing_branches": [[8, -1]] if covered < total else [],
    }


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project with two floors, and a stand-in for `coverage` that prints report.json."""
    for folder in ("scripts", ".venv/bin"):
        (tmp_path / folder).mkdir(parents=True)
    shutil.copy(APP / "scripts" / "check-coverage", tmp_path / "scripts")
    coverage = tmp_path / ".venv/bin/coverage"
    coverage.write_text("#!/bin/sh\ncat report.json\n")
    coverage.chmod(0o755)
    floors = '[tool.check-coverage.floors]\n"api" = 90\n"api/http" = 100\n'
    (tmp_path / "pyproject.toml").write_text(floors)
    return tmp_path


def check(root: Path, files: dict[str, dict[str, object]]) -> subprocess.CompletedProcess[str]:
    """Run `scripts/check-coverage` on these figures."""
    (root / "report.json").write_text(json.dumps({"files": files}))
    command = [sys.executable, str(root / "scripts" / "check-coverage")]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_packages_at_their_floors_pass(project: Path) -> None:
    """The most specific floor counts."""
    files = {
        "api/orders/place.py": measured(covered=9, total=10),
        "api/http/body.py": measured(covered=10, total=10),
    }

    checked = check(project, files)

    assert (checked.returncode, checked.stderr) == (0, "")
    assert checked.stdout == "coverage: 95.00 % of statements and branches\n"


def test_package_below_its_floor_fails_with_its_gaps(project: Path) -> None:
    """The lines and branches that no test runs are listed."""
    files = {
        "api/orders/place.py": measured(covered=10, total=10),
        "api/http/body.py": measured(covered=9, total=10),
    }

    checked = check(project, files)

    assert checked.returncode == 1
    assert checked.stderr.splitlines() == [
        "check-coverage: api/http: 90.00 % is below its floor, 100 %.",
        "check-coverage:     api/http/body.py: 7, 8->-1",
    ]


def test_file_without_a_floor_fails(project: Path) -> None:
    """A new package needs a floor."""
    files = {
        "api/orders/place.py": measured(covered=10, total=10),
        "api/http/body.py": measured(covered=10, total=10),
        "orders/new.py": measured(covered=10, total=10),
    }

    assert "orders/new.py has no floor." in check(project, files).stderr


def test_floor_without_files_fails(project: Path) -> None:
    """A floor of a package that was not measured proves nothing."""
    checked = check(project, {"api/orders/place.py": measured(covered=10, total=10)})

    assert checked.returncode == 1
    assert "api/http has a floor, but nothing of it was measured." in checked.stderr
