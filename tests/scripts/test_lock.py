"""Locks: complete, and reported when stale."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.shop import APP

LOCKS = ("requirements-dev", "requirements-local", "requirements-index")


def check(root: Path) -> subprocess.CompletedProcess[str]:
    """Run `scripts/lock --check` of a copy of the project."""
    command = [sys.executable, str(root / "scripts" / "lock"), "--check"]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A copy of the script, the requirements and the locks."""
    (tmp_path / "scripts").mkdir()
    shutil.copy(APP / "scripts" / "lock", tmp_path / "scripts")
    for path in APP.glob("requirements*"):
        shutil.copy(path, tmp_path)
    return tmp_path


def test_fresh_locks_pass_in_silence(project: Path) -> None:
    """The committed locks belong to the committed requirements."""
    checked = check(project)

    assert (checked.returncode, checked.stdout, checked.stderr) == (0, "", "")


@pytest.mark.parametrize(
    ("changed", "stale"),
    [
        ("requirements.txt", LOCKS),
        ("requirements-local.txt", LOCKS[:2]),
        ("requirements-dev.txt", LOCKS[:1]),
        ("requirements-index.txt", LOCKS[2:]),
    ],
)
def test_stale_locks_are_named_in_one_line(
    project: Path, changed: str, stale: tuple[str, ...]
) -> None:
    """A changed requirement makes each lock stale that includes it."""
    with (project / changed).open("a") as file:
        file.write("six==1.17.0\n")

    checked = check(project)

    names = ", ".join(f"{name}.lock" for name in stale)
    assert checked.returncode == 1
    assert checked.stderr == (
        f"Stale: {names}. The requirements have changed; run ./scripts/lock\n"
    )


def test_missing_lock_is_stale(project: Path) -> None:
    """A deleted lock is reported, too."""
    (project / "requirements-dev.lock").unlink()

    assert "requirements-dev.lock" in check(project).stderr


def test_comments_make_no_lock_stale(project: Path) -> None:
    """Only what pip reads counts."""
    text = (project / "requirements.txt").read_text()
    (project / "requirements.txt").write_text(f"# Another comment.\n\n{text}")

    assert check(project).returncode == 0


@pytest.mark.parametrize("name", LOCKS)
def test_locked_packages_have_hashes(name: str) -> None:
    """Every package has a version and hashes; no index is named."""
    lock = (APP / f"{name}.lock").read_text()
    packages = re.findall(r"^\S.*?(?=^\S|\Z)", lock.split("\n", 1)[1], re.MULTILINE | re.DOTALL)

    assert len(packages) > 10
    assert [text for text in packages if not re.match(r"[\w.-]+==.*\\\n +--hash=", text)] == []
    assert "://" not in lock


def test_locks_agree_on_versions() -> None:
    """A package has the same version in every environment."""
    locks = [
        set(re.findall(r"^([\w.-]+==\S+)", (APP / f"{name}.lock").read_text(), re.MULTILINE))
        for name in LOCKS
    ]
    names = [{pin.split("==")[0] for pin in lock} for lock in locks]

    for lock, own in zip(locks[1:], names[1:], strict=True):
        shared = {pin for pin in locks[0] if pin.split("==")[0] in own}

        assert {pin for pin in lock if pin.split("==")[0] in names[0]} <= shared
