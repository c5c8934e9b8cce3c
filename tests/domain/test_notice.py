"""Does the customer read what became of the order and of the money, in either form?"""

from dataclasses import replace

import pytest

from orders.domain.emails import _WHY, EmailKind, letter, notice_of, refund_letter
from orders.domain.money import Money
from orders.domain.outcome import Outcome, Reason
from tests.builders import EMAIL, NAME, a_booked_order, a_person

CANCELED, REJECTED = Outcome.canceled(), Outcome.rejected(Reason.UNAVAILABLE)


@pytest.mark.parametrize(
    ("outcome", "refunded", "notice"),
    [
        (REJECTED, False, EmailKind.REJECTED),
        (CANCELED, False, EmailKind.CANCELED),
        (REJECTED, True, EmailKind.REFUNDED),
        (CANCELED, True, EmailKind.REFUNDED),
    ],
)
def test_money_is_the_first_news(outcome: Outcome, refunded: bool, notice: EmailKind) -> None:  # noqa: FBT001 - a row
    """Whoever was charged hears of the money, however the order ended."""
    assert notice_of(outcome, refunded=refunded) is notice


@pytest.mark.parametrize("form", ["text", "html"])
@pytest.mark.parametrize(
    ("notice", "reason", "words"),
    [
        (EmailKind.REJECTED, "outOfStock", ("we are sorry", "not enough", "Nothing was charged")),
        (EmailKind.REJECTED, "captureRefused", ("did not hand over", "Nothing was charged")),
        (EmailKind.CANCELED, "canceled", ("as you wished", "Nothing was charged")),
        (EmailKind.REFUNDED, "canceled", ("as you wished", "paying all of it back", "34.80 EUR")),
        (EmailKind.REFUNDED, "unavailable", ("out of reach", "paying all of it back", "34.80 EUR")),
    ],
)
def test_a_letter_says_what_happened_and_where_the_money_is(
    notice: EmailKind, reason: str, words: tuple[str, ...], form: str
) -> None:
    """In text and in HTML."""
    email = letter(a_booked_order("ord_1"), a_person(), notice, reason)

    assert (email.recipient, "ord_1" in email.subject) == (EMAIL, True)
    assert [word for word in (NAME, *words) if word not in getattr(email, form)] == []


def test_a_reason_without_words_is_an_apology() -> None:
    """A reason of our own machinery would tell the customer nothing."""
    email = letter(a_booked_order(), a_person(), EmailKind.REJECTED, Reason.ALREADY_UNDONE)

    assert "could not be carried out.\n" in email.text


def test_only_our_own_machinery_has_reasons_without_words() -> None:
    """A new reason needs a sentence for the customer, or to stand here."""
    silent = {
        Reason.CANCELED,
        Reason.NO_AUTHORIZATION,
        Reason.ALREADY_UNDONE,
        Reason.ORDER_NOT_FOUND,
    }
    silent |= {Reason.REFUND_REFUSED, Reason.NOT_CAPTURED, Reason.EXCEEDS_CAPTURED}
    silent |= {Reason.STOPPED_BY_OPERATOR}

    assert set(Reason) - set(_WHY) == silent


def test_what_the_customer_wrote_is_no_markup() -> None:
    """A name is shown as it was typed."""
    customer = replace(a_person(), name="<b>Bobby & Co</b>")

    email = letter(a_booked_order(), customer, EmailKind.CANCELED, Reason.CANCELED)

    assert "&lt;b&gt;Bobby &amp; Co&lt;/b&gt;" in email.html


@pytest.mark.parametrize("form", ["text", "html"])
@pytest.mark.parametrize(
    ("minor", "words"),
    [(1000, "10.00 EUR of the 34.80 EUR back"), (3480, "all of the 34.80 EUR back")],
)
def test_a_letter_says_how_much_is_paid_back(minor: int, words: str, form: str) -> None:
    """Of an order that was sent."""
    email = refund_letter(a_booked_order("ord_1"), a_person(), Money(minor, "EUR"))

    assert (email.recipient, "ord_1" in email.subject) == (EMAIL, True)
    assert words in getattr(email, form)
