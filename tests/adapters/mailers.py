"""The mailer port in each of its implementations."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email.headerregistry import Address
from email.message import EmailMessage
from pathlib import Path

from orders.adapters.mailer.sandbox import SandboxMailer
from orders.adapters.mailer.smtp import SmtpMailer, SmtpServer
from orders.adapters.order_store.sqlite.references import SqlitePartnerReferences
from orders.adapters.system_clock import SystemClock
from orders.domain.emails import Email
from orders.ports.mailer import Mailer
from tests import mail_server

SENDER = Address("Müller & Söhne", "orders", "shop.example")
AN_EMAIL = Email(recipient="planted@example.com", subject="s", text="t\n", html="<p>t</p>\n")


@dataclass(frozen=True, slots=True, kw_only=True)
class MailerSetup:
    """A mailer, and what it sent: recipient, subject, text."""

    mailer: Mailer
    sent: Callable[[], list[tuple[str, str, str]]]


def smtp_mailer(server: SmtpServer, folder: Path) -> SmtpMailer:
    """Return the SMTP adapter for this server."""
    references = SqlitePartnerReferences(folder / "orders.sqlite3", "email_references")
    return SmtpMailer(server, SENDER, references, SystemClock(), timeout=5)


@contextmanager
def sandbox_setup(folder: Path) -> Iterator[MailerSetup]:
    """Open the sandbox mailer."""
    mailer = SandboxMailer(folder / "sandbox.sqlite3", SystemClock())

    def sent() -> list[tuple[str, str, str]]:
        details = [entry.detail for entry in mailer.outbox.entries()]
        return [(str(d["recipient"]), str(d["subject"]), str(d["text"])) for d in details]

    yield MailerSetup(mailer=mailer, sent=sent)


@contextmanager
def smtp_setup(folder: Path) -> Iterator[MailerSetup]:
    """Open the SMTP adapter with a mail server."""
    with mail_server.serving() as served:
        server = SmtpServer(scheme="smtp", host="127.0.0.1", port=served.port)
        yield MailerSetup(mailer=smtp_mailer(server, folder), sent=lambda: sent_emails(served))


def sent_emails(server: mail_server.MailServer) -> list[tuple[str, str, str]]:
    """Return what the mail server accepted: recipient, subject, text."""
    return [
        (recipient, str(message["Subject"]), body_of(message, "plain"))
        for recipient, message in zip(server.recipients, server.accepted, strict=True)
    ]


def body_of(message: EmailMessage, kind: str) -> str:
    """Return the text or the HTML of an email, with its original line ends."""
    body = message.get_body((kind,))
    assert body is not None
    return str(body.get_content()).replace("\r\n", "\n")
