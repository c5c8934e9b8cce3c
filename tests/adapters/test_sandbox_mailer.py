"""Does the sandbox mailer fail as it says? How it sends: test_mailer.py."""

from pathlib import Path

import pytest

from orders.adapters.mailer.sandbox import SandboxMailer
from orders.adapters.system_clock import SystemClock
from orders.domain.emails import Email
from orders.domain.errors import MailerUnavailableError


@pytest.fixture
def mailer(tmp_path: Path) -> SandboxMailer:
    """An empty outbox."""
    return SandboxMailer(tmp_path / "sandbox.sqlite3", SystemClock())


def test_what_cannot_be_delivered_raises(mailer: SandboxMailer) -> None:
    """A mail to undeliverable.example never gets into the outbox."""
    with pytest.raises(MailerUnavailableError):
        mailer.send_confirmation(
            "o", Email(recipient="a@Undeliverable.example", subject="", text="", html="")
        )

    assert mailer.outbox.entries() == []
