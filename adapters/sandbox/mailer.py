"""A mailer that lays everything in an outbox.

A recipient at `undeliverable.example` makes it raise, always.
"""

from datetime import datetime
from pathlib import Path
from typing import Final

from adapters.sandbox.ledger import Ledger
from domain.confirmation import Mail
from domain.errors import MailerUnavailable
from domain.facts import CONFIRMATION, MailFact
from domain.notice import Notice
from ports.clock import Clock

_UNDELIVERABLE: Final = "@undeliverable.example"


class SandboxMailer:
    """Mail that nobody reads but us."""

    def __init__(self, path: Path, clock: Clock) -> None:
        self.outbox = Ledger(path, "outbox", clock, MailerUnavailable)

    def send_confirmation(self, order_id: str, mail: Mail) -> None:
        """Lay the order's confirmation in the outbox, once."""
        self._send(order_id, CONFIRMATION, "sent", mail)

    def send_notice(self, order_id: str, notice: Notice, mail: Mail) -> None:
        """Lay this notice in the outbox, once."""
        self._send(order_id, notice, notice, mail)

    def send_refund_notice(self, order_id: str, refund_id: str, mail: Mail) -> None:
        """Lay the notice about this refund in the outbox, once."""
        self._send(order_id, refund_id, "refund", mail)

    def forget(self, order_id: str) -> None:
        """Keep no recipient and no word of the order's mails, only that they were sent."""
        with self.outbox.writing() as page:
            page.redact(order_id)
        self.outbox.scrub()

    def mails(self, since: datetime) -> list[MailFact]:
        """The mails that lie in the outbox."""
        return [
            MailFact(order_id=entry.order_id, kind=entry.key.split(":")[1])
            for entry in self.outbox.entries(since)
        ]

    def _send(self, order_id: str, letter: str, kind: str, mail: Mail) -> None:
        if mail.recipient.lower().endswith(_UNDELIVERABLE):
            raise MailerUnavailable
        key = f"{order_id}:{letter}"
        with self.outbox.writing() as page:
            if page.get(key) is None:
                page.put(
                    key,
                    order_id,
                    kind,
                    recipient=mail.recipient,
                    subject=mail.subject,
                    text=mail.text,
                )
