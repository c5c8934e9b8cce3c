"""Port: the mailer."""

from collections.abc import Iterable
from datetime import datetime
from typing import Protocol

from orders.domain.emails import Email
from orders.domain.provider_records import EmailRecord


class Mailer(Protocol):
    """Hands emails over for delivery."""

    def send(self, order_id: str, email_id: str, email: Email) -> None:
        """Send the email once per order and email ID: an `EmailKind` or a refund ID.

        Raises:
            MailerUnavailableError: the email was not accepted.
        """

    def erase(self, order_id: str) -> bool:
        """Erase recipients and texts of the order's emails, but not that they were sent.

        Returns:
            Whether nothing is left of them. If not, a later call may remove the rest.
        """

    def list_emails(self, since: datetime) -> Iterable[EmailRecord]:
        """Return the emails accepted since then; older ones may be included."""
