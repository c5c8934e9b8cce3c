"""A real SMTP server on 127.0.0.1 that keeps what it takes, and refuses what it is told to."""

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

USERNAME, PASSWORD = "shop", "a password: of these/tests"


@dataclass
class MailServer:
    """What was taken, and what is refused."""

    taken: list[EmailMessage] = field(default_factory=list)
    #: The recipients on the envelopes, in their order.
    recipients: list[str] = field(default_factory=list)
    #: Replies to the next recipients, one after the other, in the place of "250 OK".
    refusals: list[str] = field(default_factory=list)
    #: A reply to every QUIT, in the place of "221 Bye".
    farewell: str | None = None
    #: Whether each of those who said who they are was known.
    logins: list[bool] = field(default_factory=list)
    port: int = 0

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's names
        self, _: SMTP, __: Session, envelope: Envelope, address: str, ___: list[str]
    ) -> str:
        """Take a recipient, unless told otherwise."""
        if self.refusals:
            return f"{self.refusals.pop(0)} <{address}> is not welcome"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _: SMTP, __: Session, envelope: Envelope) -> str:  # noqa: N802
        """Keep a mail."""
        assert isinstance(envelope.content, bytes)
        message = message_from_bytes(envelope.content, policy=default)
        assert isinstance(message, EmailMessage)
        self.taken.append(message)
        self.recipients.extend(envelope.rcpt_tos)
        return "250 OK"

    async def handle_QUIT(self, *_: object) -> str:  # noqa: N802
        """Say good-bye."""
        return self.farewell or "221 Bye"

    def authenticate(self, *given: object) -> AuthResult:
        """Know the shop by its password."""
        known = given[-1] == LoginPassword(USERNAME.encode(), PASSWORD.encode())
        self.logins.append(known)
        return AuthResult(success=known, handled=False)


@contextmanager
def serving(
    *, smtps: ssl.SSLContext | None = None, starttls: ssl.SSLContext | None = None
) -> Iterator[MailServer]:
    """A server on a free port, until the end; with a context it speaks TLS."""
    server = MailServer()

    def smtp() -> SMTP:
        return SMTP(
            server,
            hostname="localhost",
            enable_SMTPUTF8=True,
            tls_context=starttls,
            require_starttls=starttls is not None,
            auth_required=starttls is not None,
            auth_require_tls=smtps is None,  # aiosmtpd does not see that TLS is under it
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
        asyncio.run_coroutine_threadsafe(_end(listener), loop).result()
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


async def _end(listener: asyncio.Server) -> None:
    listener.close()
    tasks = asyncio.all_tasks() - {asyncio.current_task()}
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
