"""Is a mail handed over properly, and does a server that will not have it count as unavailable?"""

import ssl
from collections.abc import Iterator
from pathlib import Path

import pytest
import trustme

from orders.adapters.mailer.smtp import SmtpMailer, SmtpServer
from orders.domain.emails import Email
from orders.domain.errors import MailerUnavailableError
from tests.adapters.mailers import part, smtp_mailer, taken
from tests.mail_server import PASSWORD, USERNAME, MailServer, serving

MAIL = Email(recipient="planted@example.com", subject="s", text="t\n", html="<p>t</p>\n")


@pytest.fixture
def served() -> Iterator[MailServer]:
    """A mail server that took nothing yet."""
    with serving() as opened:
        yield opened


@pytest.fixture
def mailer(served: MailServer, tmp_path: Path) -> SmtpMailer:
    """Our adapter, handing over to that server."""
    return smtp_mailer(SmtpServer(scheme="smtp", host="127.0.0.1", port=served.port), tmp_path)


def test_a_mail_has_two_forms_that_say_the_same(served: MailServer, mailer: SmtpMailer) -> None:
    """The reader's program picks one."""
    mailer.send_confirmation("o", MAIL)

    (message,) = served.taken
    assert message.get_content_type() == "multipart/alternative"
    assert (part(message, "plain"), part(message, "html")) == (MAIL.text, MAIL.html)


def test_a_mail_says_whence_it_comes(served: MailServer, mailer: SmtpMailer) -> None:
    """Its id is the order's, whenever it is sent; answering machines are told to be quiet."""
    mailer.send_confirmation("ord_1", MAIL)

    (message,) = served.taken
    assert message["Message-ID"] == "<ord_1.confirm@shop.example>"
    assert message["From"] == "Müller & Söhne <orders@shop.example>"
    assert message["Date"].datetime.tzinfo is not None
    assert message["Auto-Submitted"] == "auto-generated"


@pytest.mark.parametrize("reply", ["451", "550"])
def test_a_refused_mail_counts_as_unavailable(
    served: MailServer, mailer: SmtpMailer, reply: str
) -> None:
    """The error tells the reply code and not the customer; the next attempt may work."""
    served.refusals.append(reply)

    with pytest.raises(MailerUnavailableError, match=reply) as caught:
        mailer.send_confirmation("o", MAIL)

    assert "planted" not in str(caught.value)
    mailer.send_confirmation("o", MAIL)
    assert len(taken(served)) == 1


def test_a_mail_that_was_taken_is_not_sent_again(served: MailServer, mailer: SmtpMailer) -> None:
    """Even when the good-bye after it goes wrong."""
    served.farewell = "421 I am leaving myself"

    with pytest.raises(MailerUnavailableError, match="421"):
        mailer.send_confirmation("o", MAIL)

    mailer.send_confirmation("o", MAIL)
    assert len(taken(served)) == 1


def test_a_server_that_is_not_there_counts_as_unavailable(tmp_path: Path) -> None:
    """As does one that is too slow, or speaks another protocol."""
    nobody = SmtpServer(scheme="smtp", host="127.0.0.1", port=1)

    with pytest.raises(MailerUnavailableError, match="ConnectionRefusedError"):
        smtp_mailer(nobody, tmp_path).send_confirmation("o", MAIL)


@pytest.mark.parametrize("recipient", ["a,b@example.com", "zoë@example.com", "ada@bücher.example"])
def test_an_unusual_recipient_is_one_recipient(
    served: MailServer, mailer: SmtpMailer, recipient: str
) -> None:
    """Whatever stands in the address, the mail goes there and nowhere else."""
    mailer.send_confirmation("o", Email(recipient=recipient, subject="s", text="t", html="t"))

    assert len(served.recipients) == 1
    assert served.recipients[0].replace('"', "") == recipient


def test_a_recipient_with_a_line_break_is_refused(served: MailServer, mailer: SmtpMailer) -> None:
    """No header can be slipped in."""
    recipient = "ada@example.com\r\nBcc: eve@example.com"

    with pytest.raises(MailerUnavailableError, match="ValueError"):
        mailer.send_confirmation("o", Email(recipient=recipient, subject="s", text="t", html="t"))

    assert served.taken == []


@pytest.fixture
def certificate(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ssl.SSLContext:
    """A certificate for this machine, from an authority that is trusted during the test."""
    authority = trustme.CA()
    authority.cert_pem.write_to_path(tmp_path / "authority.pem")
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "authority.pem"))
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("localhost").configure_cert(context)
    return context


@pytest.mark.parametrize("scheme", ["smtps", "starttls"])
def test_a_password_goes_through_an_encrypted_connection(
    certificate: ssl.SSLContext, tmp_path: Path, scheme: str
) -> None:
    """Encrypted at once or by STARTTLS, to a server whose certificate is trusted."""
    with serving(**{scheme: certificate}) as served:
        server = a_server(scheme, served.port, PASSWORD)
        smtp_mailer(server, tmp_path).send_confirmation("o", MAIL)

    assert served.logins == [True]
    assert len(taken(served)) == 1


def test_a_wrong_password_counts_as_unavailable(
    certificate: ssl.SSLContext, tmp_path: Path
) -> None:
    """It is not repeated in the error."""
    with serving(starttls=certificate) as served:
        server = a_server("starttls", served.port, "planted")
        mailer = smtp_mailer(server, tmp_path)
        with pytest.raises(MailerUnavailableError, match="535") as caught:
            mailer.send_confirmation("o", MAIL)

    assert "planted" not in f"{caught.value}{server}"


@pytest.mark.parametrize("scheme", ["smtps", "starttls"])
def test_a_certificate_that_nobody_trusts_is_refused(
    certificate: ssl.SSLContext, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, scheme: str
) -> None:
    """The password stays here."""
    monkeypatch.delenv("SSL_CERT_FILE")

    with serving(**{scheme: certificate}) as served:
        mailer = smtp_mailer(a_server(scheme, served.port, PASSWORD), tmp_path)
        with pytest.raises(MailerUnavailableError, match="SSLCertVerificationError"):
            mailer.send_confirmation("o", MAIL)

    assert served.logins == []


def a_server(scheme: str, port: int, password: str) -> SmtpServer:
    """The server on this machine, under the name that stands in its certificate."""
    return SmtpServer(
        scheme=scheme,  # type: ignore[arg-type]
        host="localhost",
        port=port,
        username=USERNAME,
        password=password,
    )
