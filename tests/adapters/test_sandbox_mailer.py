"""Sandbox mailer: undeliverable recipients and erasure. The port: see `test_mailer`."""

from dataclasses import replace
from pathlib import Path

import pytest

from orders.adapters.mailer.sandbox import SandboxMailer
from orders.adapters.system_clock import SystemClock
from orders.domain.errors import MailerUnavailableError
from tests.adapters.mailers import AN_EMAIL


@pytest.fixture
def mailer(tmp_path: Path) -> SandboxMailer:
    """A mailer with an empty outbox."""
    return SandboxMailer(tmp_path / "sandbox.sqlite3", SystemClock())


def test_undeliverable_email_raises(mailer: SandboxMailer) -> None:
    """An email to undeliverable.example never enters the outbox."""
    email = replace(AN_EMAIL, recipient="a@Undeliverable.example")

    with pytest.raises(MailerUnavailableError):
        mailer.send("o", "confirmation", email)

    assert mailer.outbox.entries() == []


def test_erased_email_is_still_listed(mailer: SandboxMailer, tmp_path: Path) -> None:
    """Recipient and text are erased from the files, but not that the email was sent."""
    mailer.send("o", "confirmation", AN_EMAIL)

    mailer.erase("o")

    (entry,) = mailer.outbox.entries()
    files = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert (entry.kind, entry.detail) == ("confirmation", {})
    assert AN_EMAIL.recipient.encode() not in files
