"""SMTP server on 127.0.0.1 that stores what it accepts and refuses on demand."""

import asyncio
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from threading import Thread

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

USERNAME, PASSWORD = "shop", "a password: for/tests"


@dataclass
class MailServer:
    """State of the server, and the refusals to simulate."""

    accepted: list[EmailMessage] = field(default_factory=list)
    #: The recipients on the envelopes, oldest first.
    recipients: list[str] = field(default_factory=list)
    #: Replies to the next recipients, one after another, instead of "250 OK".
    refusals: list[str] = field(default_factory=list)
    #: Reply to QUIT instead of "221 Bye".
    quit_reply: str | None = None
    #: Whether each login succeeded, oldest first.
    logins: list[bool] = field(default_factory=list)
    port: int = 0

    async def handle_RCPT(  # noqa: N802 - name given by aiosmtpd
        self, _: SMTP, __: Session, envelope: Envelope, address: str, ___: list[str]
    ) -> str:
        """Accept a recipient, unless a refusal is planned."""
        if self.refusals:
            return f"{self.refusals.pop(0)} <{address}> is not welcome"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _: SMTP, __: Session, envelope: Envelope) -> str:  # noqa: N802 - name given by aiosmtpd
        """Store an email."""
        assert isinstance(envelope.content, bytes)
        message = message_from_bytes(envelope.content, policy=default)
        assert isinstance(message, EmailMessage)
        self.accepted.append(message)
        self.recipients.extend(envelope.rcpt_tos)
        return "250 OK"

    async def handle_QUIT(self, *_: object) -> str:  # noqa: N802 - name given by aiosmtpd
        """End the session."""
        return self.quit_reply or "221 Bye"

    def authenticate(self, *arguments: object) -> AuthResult:
        """Check the password."""
        is_valid = arguments[-1] == LoginPassword(USERNAME.encode(), PASSWORD.encode())
        self.logins.append(is_valid)
        return AuthResult(success=is_valid, handled=False)


@contextmanager
def serving(
    *, smtps: ssl.SSLContext | None = None, starttls: ssl.SSLContext | None = None
) -> Iterator[MailServer]:
    """Run a server on a free port; with a context it uses TLS."""
    server = MailServer()

    def smtp() -> SMTP:
        return SMTP(
            server,
            hostname="localhost",
            enable_SMTPUTF8=True,
            tls_context=starttls,
            require_starttls=starttls is not None,
            auth_required=starttls is not None,
            auth_require_tls=smtps is None,  # aiosmtpd does not notice the TLS below it
            authenticator=server.authenticate,
            loop=asyncio.get_running_loop(),
        )

    with _running(smtp, smtps) as server.port:
        yield server


@contextmanager
def _running(factory: Callable[[], SMTP], context: ssl.SSLContext | None) -> Iterator[int]:
    loop = asyncio.new_event_loop()
    thread = Thread(target=loop.run_forever)
    thread.start()
    opening = loop.create_server(factory, "127.0.0.1", 0, ssl=context)
    listener = asyncio.run_coroutine_threadsafe(opening, loop).result()
    try:
        yield int(listener.sockets[0].getsockname()[1])
    finally:
        asyncio.run_coroutine_threadsafe(_close(listener), loop).result()
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


async def _close(listener: asyncio.Server) -> None:
    listener.close()
    tasks = asyncio.all_tasks() - {asyncio.current_task()}
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
