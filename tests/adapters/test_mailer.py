"""Mailers: each email is sent once, the same for the sandbox and SMTP."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.adapters.mailers import AN_EMAIL, MailerSetup, sandbox_setup, smtp_setup

LONG_AGO = datetime.fromtimestamp(0, UTC)


@pytest.fixture(params=[sandbox_setup, smtp_setup], ids=["sandbox", "SMTP"])
def setup(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[MailerSetup]:
    """A mailer that has sent nothing."""
    with request.param(tmp_path) as opened:
        yield opened


def email_ids(setup: MailerSetup) -> list[str]:
    """Return the IDs of all emails that the mailer lists."""
    return sorted(record.email_id for record in setup.mailer.list_emails(LONG_AGO))


def test_repeated_email_is_sent_once(setup: MailerSetup) -> None:
    """It has its recipient, subject and text."""
    setup.mailer.send("o", "confirmation", AN_EMAIL)
    setup.mailer.send("o", "confirmation", AN_EMAIL)

    assert setup.sent() == [(AN_EMAIL.recipient, AN_EMAIL.subject, AN_EMAIL.text)]


def test_emails_of_two_orders_are_both_sent(setup: MailerSetup) -> None:
    """They may have the same recipient."""
    setup.mailer.send("o", "confirmation", AN_EMAIL)
    setup.mailer.send("other", "confirmation", AN_EMAIL)

    assert len(setup.sent()) == 2


@pytest.mark.parametrize(
    "ids",
    [["confirmation", "refunded", "canceled"], ["rfd_1", "rfd_2"]],
    ids=["kinds", "refunds"],
)
def test_each_email_id_of_an_order_is_sent_once(setup: MailerSetup, ids: list[str]) -> None:
    """An order may get several emails, one for each ID."""
    for email_id in (*ids, ids[0]):
        setup.mailer.send("o", email_id, AN_EMAIL)

    assert email_ids(setup) == sorted(ids)
    assert len(setup.sent()) == len(ids)


def test_any_script_arrives_unchanged(setup: MailerSetup) -> None:
    """Subject and text may use any characters."""
    text = "Grüße, Ελλάδα, 日本, 🫖\n"
    email = replace(AN_EMAIL, subject="Tee für Zoë 🫖", text=text, html=text)

    setup.mailer.send("o", "confirmation", email)

    assert setup.sent() == [(AN_EMAIL.recipient, "Tee für Zoë 🫖", text)]
