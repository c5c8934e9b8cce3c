"""Does each customer get one mail?"""

from pathlib import Path

import pytest

from adapters.sandbox_mailer import SandboxMailer
from adapters.system_clock import SystemClock
from domain.confirmation import Mail, confirmation
from domain.errors import MailerUnavailable
from tests.builders import a_booked_order, a_line, a_person

MAIL = Mail(recipient="ada@example.com", subject="s", text="t")


@pytest.fixture
def mailer(tmp_path: Path) -> SandboxMailer:
    """An empty outbox."""
    return SandboxMailer(tmp_path / "sandbox.sqlite3", SystemClock())


def test_a_repeated_confirmation_is_sent_once(mailer: SandboxMailer) -> None:
    """The outbox holds one mail, with what was to be said."""
    mailer.send_confirmation("o", MAIL)
    mailer.send_confirmation("o", MAIL)

    (entry,) = mailer.outbox.entries()
    assert entry.detail == {"recipient": "ada@example.com", "subject": "s", "text": "t"}


def test_what_cannot_be_delivered_raises(mailer: SandboxMailer) -> None:
    """A mail to undeliverable.example never gets into the outbox."""
    with pytest.raises(MailerUnavailable):
        mailer.send_confirmation(
            "o", Mail(recipient="a@Undeliverable.example", subject="", text="")
        )

    assert mailer.outbox.entries() == []


def test_a_confirmation_says_what_was_ordered() -> None:
    """Lines, total and tracking number, to the customer."""
    order = a_booked_order("ord_1", a_line(quantity=2), a_line("TEA-ASSAM", 1, 1250))

    mail = confirmation(order, a_person(), "SBX1")

    assert mail.recipient == a_person().email
    assert all(part in mail.text for part in ("2 x", "29.80 EUR", "42.30 EUR", "SBX1"))
