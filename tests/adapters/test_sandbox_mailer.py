"""Does the sandbox mailer fail as it says? How it sends: test_mailer.py."""

from pathlib import Path

import pytest

from adapters.sandbox.mailer import SandboxMailer
from adapters.system_clock import SystemClock
from domain.confirmation import Mail
from domain.errors import MailerUnavailable


@pytest.fixture
def mailer(tmp_path: Path) -> SandboxMailer:
    """An empty outbox."""
    return SandboxMailer(tmp_path / "sandbox.sqlite3", SystemClock())


def test_what_cannot_be_delivered_raises(mailer: SandboxMailer) -> None:
    """A mail to undeliverable.example never gets into the outbox."""
    with pytest.raises(MailerUnavailable):
        mailer.send_confirmation(
            "o", Mail(recipient="a@Undeliverable.example", subject="", text="", html="")
        )

    assert mailer.outbox.entries() == []
