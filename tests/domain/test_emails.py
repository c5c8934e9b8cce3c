"""Emails to customers: what they say, as text and as HTML."""

from dataclasses import replace

import pytest

from orders.domain.emails import (
    _WHY,
    Email,
    EmailKind,
    confirmation_email,
    outcome_email,
    outcome_email_kind,
    refund_email,
)
from orders.domain.money import Money
from orders.domain.outcome import Outcome, Reason
from tests.builders import EMAIL, NAME, a_customer, a_line, a_stored_order

CANCELED, REJECTED = Outcome.canceled(), Outcome.rejected(Reason.UNAVAILABLE)
MARKUP = replace(a_customer(), name="<b>Bobby & Co</b>")


@pytest.fixture
def confirmation() -> Email:
    """The confirmation of an order with two lines."""
    order = a_stored_order("ord_1", a_line(quantity=2), a_line("TEA-ASSAM", 1, 1250))
    return confirmation_email(order, a_customer(), "SBX1")


@pytest.mark.parametrize("form", ["text", "html"])
def test_confirmation_lists_lines_prices_and_tracking_number(
    confirmation: Email, form: str
) -> None:
    """It has the name, lines, shipping, total, tax and tracking number."""
    words = (NAME, "Stoneware mug", "29.80 EUR", "12.50 EUR", "SBX1")
    prices = ("5.00 EUR", "47.30 EUR", "1.00 EUR")

    assert [word for word in words + prices if word not in getattr(confirmation, form)] == []


def test_confirmation_goes_to_customer(confirmation: Email) -> None:
    """The subject names the order."""
    recipient_and_subject = (confirmation.recipient, confirmation.subject)

    assert recipient_and_subject == (EMAIL, "Your order ord_1 is on its way")


@pytest.mark.parametrize(
    ("outcome", "refunded", "kind"),
    [
        (REJECTED, False, EmailKind.REJECTED),
        (CANCELED, False, EmailKind.CANCELED),
        (REJECTED, True, EmailKind.REFUNDED),
        (CANCELED, True, EmailKind.REFUNDED),
    ],
)
def test_outcome_email_kind_puts_refund_first(
    outcome: Outcome,
    refunded: bool,  # noqa: FBT001 - a parameter of the table
    kind: EmailKind,
) -> None:
    """A customer who was charged gets the email about the refund, whatever the outcome."""
    assert outcome_email_kind(outcome, refunded=refunded) is kind


@pytest.mark.parametrize("form", ["text", "html"])
@pytest.mark.parametrize(
    ("kind", "reason", "words"),
    [
        (EmailKind.REJECTED, "outOfStock", ("We are sorry", "in stock", "Nothing was charged")),
        (EmailKind.REJECTED, "captureRefused", ("did not release", "Nothing was charged")),
        (EmailKind.CANCELED, "canceled", ("as you requested", "Nothing was charged")),
        (EmailKind.REFUNDED, "canceled", ("as you requested", "refunding the full", "34.80 EUR")),
        (EmailKind.REFUNDED, "unavailable", ("unavailable", "refunding the full", "34.80 EUR")),
    ],
)
def test_outcome_email_says_what_happened_and_where_the_money_is(
    kind: EmailKind, reason: str, words: tuple[str, ...], form: str
) -> None:
    """Text and HTML say the same."""
    email = outcome_email(a_stored_order("ord_1"), a_customer(), kind, reason)

    assert (email.recipient, "ord_1" in email.subject) == (EMAIL, True)
    assert [word for word in (NAME, *words) if word not in getattr(email, form)] == []


def test_outcome_email_omits_internal_reasons() -> None:
    """A reason that does not help the customer is left out."""
    email = outcome_email(a_stored_order(), a_customer(), EmailKind.REJECTED, Reason.ALREADY_UNDONE)

    assert "could not complete your order.\n" in email.text


def test_only_internal_reasons_have_no_sentence_for_customers() -> None:
    """A new reason needs a sentence for customers, or an entry here."""
    internal = {
        *(Reason.CANCELED, Reason.NO_AUTHORIZATION, Reason.ALREADY_UNDONE, Reason.ORDER_NOT_FOUND),
        *(Reason.REFUND_REFUSED, Reason.NOT_CAPTURED, Reason.EXCEEDS_CAPTURED),
        *(Reason.STOPPED_BY_OPERATOR, Reason.REFUND_RETURNED, Reason.DISPUTED),
    }

    assert set(Reason) - set(_WHY) == internal


@pytest.mark.parametrize(
    "email",
    [
        confirmation_email(a_stored_order(), MARKUP, "SBX1"),
        outcome_email(a_stored_order(), MARKUP, EmailKind.CANCELED, Reason.CANCELED),
    ],
    ids=["confirmation", "outcome"],
)
def test_email_escapes_customer_input_in_html(email: Email) -> None:
    """A name is shown as the customer typed it."""
    assert "&lt;b&gt;Bobby &amp; Co&lt;/b&gt;" in email.html


@pytest.mark.parametrize("form", ["text", "html"])
@pytest.mark.parametrize(
    ("minor", "words"),
    [(1000, "refunding 10.00 EUR of the 34.80 EUR"), (3480, "refunding the full 34.80 EUR")],
)
def test_refund_email_says_how_much_is_refunded(minor: int, words: str, form: str) -> None:
    """The email distinguishes a partial refund from a full one."""
    email = refund_email(a_stored_order("ord_1"), a_customer(), Money(minor, "EUR"))

    assert (email.recipient, "ord_1" in email.subject) == (EMAIL, True)
    assert words in getattr(email, form)
