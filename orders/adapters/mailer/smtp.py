"""SMTP mailer: sends emails through one mail server.

SMTP has no idempotency keys, so the order store records that an email was accepted. Only a crash
between the two sends it again, with the same Message-ID. The server's messages stay out of our
errors because they tend to repeat the recipient.
"""

import smtplib
import ssl
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from typing import Final, Literal

from orders.domain.emails import Email
from orders.domain.errors import MailerUnavailableError
from orders.domain.provider_records import EmailRecord
from orders.ports.clock import Clock
from orders.ports.partner_references import PartnerReferences

TIMEOUT_SECONDS: Final = 15.0


@dataclass(frozen=True, slots=True, kw_only=True)
class SmtpServer:
    """The mail server."""

    #: "smtp": not encrypted; "starttls": encrypted before the login; "smtps": always encrypted.
    scheme: Literal["smtp", "starttls", "smtps"]
    host: str
    port: int
    #: None: the server requires no login.
    username: str | None = None
    password: str = field(default="", repr=False)


class SmtpMailer:
    """A mailer that sends every email once."""

    def __init__(
        self,
        server: SmtpServer,
        sender: Address,
        references: PartnerReferences,
        clock: Clock,
        timeout: float = TIMEOUT_SECONDS,
    ) -> None:
        self._server = server
        self._sender = sender
        self._references = references
        self._clock = clock
        self._timeout = timeout

    def send(self, order_id: str, email_id: str, email: Email) -> None:
        """Send the email, unless it was sent before."""
        key = f"{order_id}:{email_id}"
        if self._references.find(key).partner_id:
            return
        message_id = f"<{order_id}.{email_id}@{self._sender.domain}>"
        try:
            recipient = _address(email.recipient)
            message = self._message(email, recipient, message_id)
            with self._connect() as connection:
                connection.send_message(message, self._sender.addr_spec, [recipient.addr_spec])
                # Stored before the connection is closed, which may fail too.
                self._references.store(key, message_id)
        except (OSError, ValueError) as error:  # includes the errors of smtplib
            raise MailerUnavailableError(f"the email was not accepted: {_code(error)}") from None

    def erase(self, order_id: str) -> bool:  # noqa: ARG002 - the app keeps no emails
        """Do nothing: the app keeps no emails."""
        return True

    def list_emails(self, since: datetime) -> list[EmailRecord]:  # noqa: ARG002 - the references have no times
        """Return all accepted emails, as the order store records them."""
        keys = (key.split(":") for key in self._references.stored_keys())
        return [EmailRecord(order_id=order_id, email_id=email_id) for order_id, email_id in keys]

    def _message(self, email: Email, recipient: Address, message_id: str) -> EmailMessage:
        message = EmailMessage()
        message["From"] = self._sender
        message["To"] = recipient
        message["Subject"] = email.subject
        message["Date"] = self._clock.now()
        message["Message-ID"] = message_id
        message["Auto-Submitted"] = "auto-generated"  # suppresses automatic replies
        message.set_content(email.text)
        message.add_alternative(email.html, subtype="html")
        return message

    def _connect(self) -> AbstractContextManager[smtplib.SMTP]:
        server = self._server
        if server.scheme == "smtps":
            connection: smtplib.SMTP = smtplib.SMTP_SSL(
                server.host, server.port, timeout=self._timeout, context=_tls_context()
            )
        else:
            connection = smtplib.SMTP(server.host, server.port, timeout=self._timeout)
        try:
            if server.scheme == "starttls":
                connection.starttls(context=_tls_context())
            if server.username is not None:
                connection.login(server.username, server.password)
        except BaseException:
            connection.close()
            raise
        return connection


def _address(text: str) -> Address:
    # Split here, so that a comma does not turn it into two addresses.
    local, _, domain = text.rpartition("@")
    return Address(username=local, domain=domain)


def _tls_context() -> ssl.SSLContext:
    return ssl.create_default_context()


def _code(error: Exception) -> str:
    """Return the server's reply code, or the type of the error."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return ", ".join(str(code) for code, _ in error.recipients.values())
    if isinstance(error, smtplib.SMTPResponseException):
        return str(error.smtp_code)
    return type(error).__name__
