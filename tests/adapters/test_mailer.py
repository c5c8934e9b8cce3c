"""Does each customer get one mail? The same for the sandbox and by SMTP."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from orders.domain.emails import Email, EmailKind
from tests.adapters.mailers import Office, sandbox_office, smtp_office

LONG_AGO = datetime.fromtimestamp(0, UTC)
MAIL = Email(recipient="ada@example.com", subject="s", text="t\n", html="<p>t</p>\n")


@pytest.fixture(params=[sandbox_office, smtp_office])
def office(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Office]:
    """A mailer that sent nothing yet."""
    with request.param(tmp_path) as opened:
        yield opened


def test_a_repeated_confirmation_is_sent_once(office: Office) -> None:
    """With what was to be said, to whom it was to be said."""
    office.mailer.send_confirmation("o", MAIL)
    office.mailer.send_confirmation("o", MAIL)

    assert office.sent() == [("ada@example.com", "s", "t\n")]


def test_each_order_is_confirmed(office: Office) -> None:
    """Also two orders of one customer."""
    office.mailer.send_confirmation("o", MAIL)
    office.mailer.send_confirmation("other", MAIL)

    assert len(office.sent()) == 2


def test_a_notice_is_sent_once_beside_a_confirmation(office: Office) -> None:
    """Each kind of letter has its own place."""
    office.mailer.send_confirmation("o", MAIL)
    office.mailer.send_outcome_email("o", EmailKind.REFUNDED, MAIL)
    office.mailer.send_outcome_email("o", EmailKind.REFUNDED, MAIL)
    office.mailer.send_outcome_email("o", EmailKind.CANCELED, MAIL)

    emails = sorted(fact.kind for fact in office.mailer.emails(LONG_AGO))
    assert emails == ["canceled", "confirm", "refunded"]
    assert len(office.sent()) == 3


def test_each_refund_is_told_once(office: Office) -> None:
    """An order may have several."""
    for refund_id in ("rfd_1", "rfd_2", "rfd_1"):
        office.mailer.send_refund_email("o", refund_id, MAIL)

    assert sorted(fact.kind for fact in office.mailer.emails(LONG_AGO)) == ["rfd_1", "rfd_2"]
    assert len(office.sent()) == 2


def test_any_script_arrives_as_it_was_written(office: Office) -> None:
    """Subject and text may be in any of them."""
    text = "Grüße, Ελλάδα, 日本, 🫖\n"

    office.mailer.send_confirmation(
        "o", Email(recipient="ada@example.com", subject="Tee für Zoë 🫖", text=text, html=text)
    )

    assert office.sent() == [("ada@example.com", "Tee für Zoë 🫖", text)]
