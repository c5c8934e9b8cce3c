"""The script `scripts/outbox`: the emails in the outbox of a data folder."""

import subprocess
from pathlib import Path

import pytest

from orders.adapters.mailer.sandbox import SandboxMailer
from orders.adapters.system_clock import SystemClock
from orders.domain.emails import Email
from tests.shop import APP


def run(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """Run the script."""
    return subprocess.run(
        [APP / "scripts" / "outbox", *arguments], capture_output=True, text=True, check=False
    )


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A data folder with one email."""
    mailer = SandboxMailer(tmp_path / "sandbox.sqlite3", SystemClock())
    email = Email(recipient="ada@example.com", subject="S", text="T", html="<p>T</p>")
    mailer.send("ord_1", "confirmation", email)
    return tmp_path


def test_outbox_prints_each_email(folder: Path) -> None:
    """The folder is an option, as that of `scripts/run`."""
    ran = run("--data", folder)

    assert (ran.returncode, ran.stderr) == (0, "")
    assert ran.stdout.startswith("--- ord_1")
    assert "to ada@example.com\nS\n\nT\n" in ran.stdout


def test_outbox_reads_the_folder_of_the_setting(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`ORDERS_DATA_DIR` applies as it does to `scripts/run`."""
    monkeypatch.setenv("ORDERS_DATA_DIR", str(folder))

    assert run().stdout.startswith("--- ord_1")


def test_outbox_of_an_empty_folder_says_what_to_do(tmp_path: Path) -> None:
    """Nothing is created."""
    ran = run("--data", tmp_path)

    assert (ran.returncode, ran.stdout) == (1, "")
    assert ran.stderr == f"outbox: {tmp_path} has no emails yet. Place an order first.\n"
    assert list(tmp_path.iterdir()) == []


def test_outbox_help_prints_the_usage() -> None:
    """It names the option."""
    ran = run("--help")

    assert ran.returncode == 0
    assert ran.stdout.startswith("usage: ./scripts/outbox [-h] [--data DIR]")
