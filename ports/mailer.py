"""How do we write to the customer?"""

from collections.abc import Iterable
from datetime import datetime
from typing import Protocol

from domain.confirmation import Mail
from domain.facts import MailFact
from domain.notice import Notice


class Mailer(Protocol):
    """Hands mail over for delivery."""

    def send_confirmation(self, order_id: str, mail: Mail) -> None:
        """Send the order's confirmation, once. Raises MailerUnavailable when it was not taken."""
        ...

    def send_notice(self, order_id: str, notice: Notice, mail: Mail) -> None:
        """Send this notice about the order, once. Raises MailerUnavailable likewise."""
        ...

    def send_refund_notice(self, order_id: str, refund_id: str, mail: Mail) -> None:
        """Send the notice about this refund, once. Raises MailerUnavailable likewise."""
        ...

    def forget(self, order_id: str) -> None:
        """Erase what we keep of the order's mails, but not that they were sent."""
        ...

    def mails(self, since: datetime) -> Iterable[MailFact]:
        """The mails that were handed over since, for the audit; older ones may be among them."""
        ...
