"""SMTP mailer: content of messages, refusals of the server, encryption."""

import ssl
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import trustme

from orders.adapters.mailer.smtp import SmtpMailer, SmtpServer
from orders.domain.errors import MailerUnavailableError
from tests.adapters.mailers import AN_EMAIL, body_of, sent_emails, smtp_mailer
from tests.mail_server import PASSWORD, USERNAME, MailServer, serving


@pytest.fixture
def served() -> Iterator[MailServer]:
    """A mail server that has accepted nothing."""
    with serving() as opened:
        yield opened


@pytest.fixture
def mailer(served: MailServer, tmp_path: Path) -> SmtpMailer:
    """The adapter for that server."""
    return smtp_mailer(SmtpServer(scheme="smtp", host="127.0.0.1", port=served.port), tmp_path)


@pytest.fixture
def certificate(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ssl.SSLContext:
    """A certificate for this machine, trusted during the test."""
    authority = trustme.CA()
    authority.cert_pem.write_to_path(tmp_path / "authority.pem")
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "authority.pem"))
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("localhost").configure_cert(context)
    return context


def server_with_login(scheme: str, port: int, password: str) -> SmtpServer:
    """Return the server on this machine, with the name in its certificate."""
    return SmtpServer(
        scheme=scheme,  # type: ignore[arg-type]
        host="localhost",
        port=port,
        username=USERNAME,
        password=password,
    )


def test_message_has_text_and_html(served: MailServer, mailer: SmtpMailer) -> None:
    """The recipient's program selects one of them."""
    mailer.send("o", "confirmation", AN_EMAIL)

    (message,) = served.accepted
    assert message.get_content_type() == "multipart/alternative"
    assert (body_of(message, "plain"), body_of(message, "html")) == (AN_EMAIL.text, AN_EMAIL.html)


def test_message_headers_identify_sender_and_email(served: MailServer, mailer: SmtpMailer) -> None:
    """The Message-ID depends on order and email ID only; automatic replies are suppressed."""
    mailer.send("ord_1", "confirmation", AN_EMAIL)

    (message,) = served.accepted
    assert message["Message-ID"] == "<ord_1.confirmation@shop.example>"
    assert message["From"] == "Müller & Söhne <orders@shop.example>"
    assert message["Date"].datetime.tzinfo is not None
    assert message["Auto-Submitted"] == "auto-generated"


@pytest.mark.parametrize("reply", ["451", "550"])
def test_refused_email_raises_and_may_succeed_later(
    served: MailServer, mailer: SmtpMailer, reply: str
) -> None:
    """The error has the reply code and not the recipient."""
    served.refusals.append(reply)

    with pytest.raises(MailerUnavailableError, match=reply) as raised:
        mailer.send("o", "confirmation", AN_EMAIL)

    assert "planted" not in str(raised.value)
    mailer.send("o", "confirmation", AN_EMAIL)
    assert len(sent_emails(served)) == 1


def test_accepted_email_is_not_sent_again_after_a_failed_quit(
    served: MailServer, mailer: SmtpMailer
) -> None:
    """It is recorded before the connection is closed."""
    served.quit_reply = "421 closing"

    with pytest.raises(MailerUnavailableError, match="421"):
        mailer.send("o", "confirmation", AN_EMAIL)

    mailer.send("o", "confirmation", AN_EMAIL)
    assert len(sent_emails(served)) == 1


def test_unreachable_server_raises(tmp_path: Path) -> None:
    """The error names the kind of fault."""
    unreachable = SmtpServer(scheme="smtp", host="127.0.0.1", port=1)

    with pytest.raises(MailerUnavailableError, match="ConnectionRefusedError"):
        smtp_mailer(unreachable, tmp_path).send("o", "confirmation", AN_EMAIL)


@pytest.mark.parametrize("recipient", ["a,b@example.com", "zoë@example.com", "ada@bücher.example"])
def test_unusual_address_is_one_recipient(
    served: MailServer, mailer: SmtpMailer, recipient: str
) -> None:
    """A comma or a non-ASCII character does not change the recipient."""
    mailer.send("o", "confirmation", replace(AN_EMAIL, recipient=recipient))

    assert len(served.recipients) == 1
    assert served.recipients[0].replace('"', "") == recipient


def test_address_with_a_line_break_raises(served: MailServer, mailer: SmtpMailer) -> None:
    """No header can be injected."""
    recipient = "ada@example.com\r\nBcc: eve@example.com"

    with pytest.raises(MailerUnavailableError, match="ValueError"):
        mailer.send("o", "confirmation", replace(AN_EMAIL, recipient=recipient))

    assert served.accepted == []


@pytest.mark.parametrize("scheme", ["smtps", "starttls"])
def test_login_uses_an_encrypted_connection(
    certificate: ssl.SSLContext, tmp_path: Path, scheme: str
) -> None:
    """The server's certificate is trusted."""
    with serving(**{scheme: certificate}) as served:
        server = server_with_login(scheme, served.port, PASSWORD)
        smtp_mailer(server, tmp_path).send("o", "confirmation", AN_EMAIL)

    assert served.logins == [True]
    assert len(sent_emails(served)) == 1


def test_wrong_password_raises_without_revealing_it(
    certificate: ssl.SSLContext, tmp_path: Path
) -> None:
    """The error has the reply code."""
    with serving(starttls=certificate) as served:
        server = server_with_login("starttls", served.port, "planted")
        mailer = smtp_mailer(server, tmp_path)
        with pytest.raises(MailerUnavailableError, match="535") as raised:
            mailer.send("o", "confirmation", AN_EMAIL)

    assert "planted" not in f"{raised.value}{server}"


@pytest.mark.parametrize("scheme", ["smtps", "starttls"])
def test_untrusted_certificate_raises_before_the_login(
    certificate: ssl.SSLContext, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, scheme: str
) -> None:
    """The password is not sent."""
    monkeypatch.delenv("SSL_CERT_FILE")

    with serving(**{scheme: certificate}) as served:
        mailer = smtp_mailer(server_with_login(scheme, served.port, PASSWORD), tmp_path)
        with pytest.raises(MailerUnavailableError, match="SSLCertVerificationError"):
            mailer.send("o", "confirmation", AN_EMAIL)

    assert served.logins == []
