"""How do we write to the customer?"""

from typing import Protocol

from domain.confirmation import Mail


class Mailer(Protocol):
    """Hands mail over for delivery."""

    def send_confirmation(self, order_id: str, mail: Mail) -> None:
        """Send the order's confirmation, once. Raises MailerUnavailable when it was not taken."""
        ...
