"""Mail by SMTP, to a server that takes it further.

SMTP knows no idempotency, so that a mail was taken is written in the book; only a crash between the
two sends it again, and then under the same Message-ID. The server's own words stay out of our
errors: they tend to repeat the recipient.
"""

import smtplib
import ssl
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from typing import Final, Literal

from domain.confirmation import Mail
from domain.errors import MailerUnavailable
from domain.facts import CONFIRMATION, MailFact
from domain.notice import Notice
from ports.clock import Clock
from ports.references import References

TIMEOUT_SECONDS: Final = 15.0


@dataclass(frozen=True, slots=True, kw_only=True)
class SmtpServer:
    """Who takes our mail."""

    #: "smtp": without encryption, "starttls": encrypted from the first word that matters, "smtps":
    #: encrypted from the first byte.
    scheme: Literal["smtp", "starttls", "smtps"]
    host: str
    port: int
    #: The server is told who we are if there is a name.
    username: str | None = None
    password: str = field(default="", repr=False)


class SmtpMailer:
    """A mailer that hands everything to one server."""

    def __init__(
        self,
        server: SmtpServer,
        sender: Address,
        references: References,
        clock: Clock,
        timeout: float = TIMEOUT_SECONDS,
    ) -> None:
        self._server = server
        self._sender = sender
        self._references = references
        self._clock = clock
        self._timeout = timeout

    def send_confirmation(self, order_id: str, mail: Mail) -> None:
        """Send the order's confirmation, unless it was sent."""
        self._send(order_id, CONFIRMATION, mail)

    def send_notice(self, order_id: str, notice: Notice, mail: Mail) -> None:
        """Send this notice, unless it was sent."""
        self._send(order_id, notice, mail)

    def send_refund_notice(self, order_id: str, refund_id: str, mail: Mail) -> None:
        """Send the notice about this refund, unless it was sent."""
        self._send(order_id, refund_id, mail)

    def forget(self, order_id: str) -> None:
        """Nothing personal is kept here: what was sent is the mail server's."""

    def mails(self, since: datetime) -> list[MailFact]:  # noqa: ARG002 - a server keeps no list
        """The mails that were taken, as the book has them."""
        kept = (key.split(":") for key in self._references.kept())
        return [MailFact(order_id=order_id, kind=kind) for order_id, kind in kept]

    def _send(self, order_id: str, kind: str, mail: Mail) -> None:
        key = f"{order_id}:{kind}"
        if self._references.find(key).partner_id:
            return
        message_id = f"<{order_id}.{kind}@{self._sender.domain}>"
        try:
            recipient = _address(mail.recipient)
            message = self._message(mail, recipient, message_id)
            with self._connect() as connection:
                connection.send_message(message, self._sender.addr_spec, [recipient.addr_spec])
                # Before the good-bye, which may fail too.
                self._references.keep(key, message_id)
        except (OSError, ValueError) as error:  # smtplib's own errors are among them
            raise MailerUnavailable(f"the mail was not taken: {_code(error)}") from None

    def _message(self, mail: Mail, recipient: Address, message_id: str) -> EmailMessage:
        message = EmailMessage()
        message["From"] = self._sender
        message["To"] = recipient
        message["Subject"] = mail.subject
        message["Date"] = self._clock.now()
        message["Message-ID"] = message_id
        message["Auto-Submitted"] = "auto-generated"  # no answering machine shall answer
        message.set_content(mail.text)
        message.add_alternative(mail.html, subtype="html")
        return message

    def _connect(self) -> AbstractContextManager[smtplib.SMTP]:
        server = self._server
        if server.scheme == "smtps":
            connection: smtplib.SMTP = smtplib.SMTP_SSL(
                server.host, server.port, timeout=self._timeout, context=_trusted()
            )
        else:
            connection = smtplib.SMTP(server.host, server.port, timeout=self._timeout)
        try:
            if server.scheme == "starttls":
                connection.starttls(context=_trusted())
            if server.username is not None:
                connection.login(server.username, server.password)
        except BaseException:
            connection.close()
            raise
        return connection


def _address(text: str) -> Address:
    # Taken apart here, so that a comma in it does not make it two.
    local, _, domain = text.rpartition("@")
    return Address(username=local, domain=domain)


def _trusted() -> ssl.SSLContext:
    return ssl.create_default_context()


def _code(error: Exception) -> str:
    """The server's reply code, or what kind of fault it was."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return ", ".join(str(code) for code, _ in error.recipients.values())
    if isinstance(error, smtplib.SMTPResponseException):
        return str(error.smtp_code)
    return type(error).__name__
