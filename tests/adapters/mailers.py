"""Two mailers that a test can look into."""

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
from orders.ports.mailer import Mailer
from tests import mail_server

SENDER = Address("Müller & Söhne", "orders", "shop.example")


@dataclass(frozen=True, slots=True)
class Office:
    """A mailer behind the port, and what it handed over: recipient, subject, text."""

    mailer: Mailer
    sent: Callable[[], list[tuple[str, str, str]]]


def smtp_mailer(server: SmtpServer, folder: Path, timeout: float = 5) -> SmtpMailer:
    """The adapter, handing over to that server."""
    references = SqlitePartnerReferences(folder / "orders.sqlite3", "mail_references")
    return SmtpMailer(server, SENDER, references, SystemClock(), timeout)


@contextmanager
def sandbox_office(folder: Path) -> Iterator[Office]:
    """The sandbox and its outbox."""
    mailer = SandboxMailer(folder / "sandbox.sqlite3", SystemClock())

    def sent() -> list[tuple[str, str, str]]:
        details = [entry.detail for entry in mailer.outbox.entries()]
        return [(str(d["recipient"]), str(d["subject"]), str(d["text"])) for d in details]

    yield Office(mailer, sent)


@contextmanager
def smtp_office(folder: Path) -> Iterator[Office]:
    """The adapter and a local server."""
    with mail_server.serving() as served:
        server = SmtpServer(scheme="smtp", host="127.0.0.1", port=served.port)
        yield Office(smtp_mailer(server, folder), lambda: taken(served))


def taken(served: mail_server.MailServer) -> list[tuple[str, str, str]]:
    """What the local server took."""
    return [
        (recipient, str(message["Subject"]), part(message, "plain"))
        for recipient, message in zip(served.recipients, served.taken, strict=True)
    ]


def part(message: EmailMessage, kind: str) -> str:
    """The text or the HTML of a mail, with the line ends that it was written with."""
    body = message.get_body((kind,))
    assert body is not None
    return str(body.get_content()).replace("\r\n", "\n")
