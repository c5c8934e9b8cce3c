"""Sandbox mailer: keeps every email in an outbox.

A recipient at `undeliverable.example` always raises.
"""

from datetime import datetime
from pathlib import Path
from typing import Final

from orders.adapters.sandbox_ledger import Ledger
from orders.domain.emails import Email
from orders.domain.errors import MailerUnavailableError
from orders.domain.provider_records import EmailRecord
from orders.ports.clock import Clock

_UNDELIVERABLE: Final = "@undeliverable.example"


class SandboxMailer:
    """A mailer that delivers nothing."""

    def __init__(self, path: Path, clock: Clock) -> None:
        self.outbox = Ledger(path, "outbox", clock, MailerUnavailableError)

    def send(self, order_id: str, email_id: str, email: Email) -> None:
        """Put the email into the outbox, once per order and email ID."""
        if email.recipient.lower().endswith(_UNDELIVERABLE):
            raise MailerUnavailableError
        key = f"{order_id}:{email_id}"
        content = {"recipient": email.recipient, "subject": email.subject, "text": email.text}
        with self.outbox.writing() as outbox:
            if outbox.get(key) is None:
                outbox.put(key, order_id, email_id, **content)

    def erase(self, order_id: str) -> bool:
        """Erase recipients and texts of the order's emails, but not that they were sent."""
        with self.outbox.writing() as outbox:
            outbox.erase_details(order_id)
        return self.outbox.scrub()

    def list_emails(self, since: datetime) -> list[EmailRecord]:
        """Return the emails in the outbox."""
        return [
            EmailRecord(order_id=entry.order_id, email_id=entry.kind)
            for entry in self.outbox.entries(since)
        ]
