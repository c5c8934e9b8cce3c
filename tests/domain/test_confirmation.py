"""Does the customer read what was ordered, in either form?"""

from dataclasses import replace

import pytest

from orders.domain.emails import Email, confirmation
from tests.builders import EMAIL, NAME, a_booked_order, a_line, a_person


@pytest.fixture
def email() -> Email:
    """The confirmation of an order of two lines."""
    order = a_booked_order("ord_1", a_line(quantity=2), a_line("TEA-ASSAM", 1, 1250))
    return confirmation(order, a_person(), "SBX1")


@pytest.mark.parametrize("form", ["text", "html"])
def test_a_confirmation_says_what_was_ordered(email: Email, form: str) -> None:
    """Name, lines, shipping, total, tax and tracking number."""
    words = (NAME, "Stoneware mug", "29.80 EUR", "12.50 EUR", "SBX1")
    prices = ("5.00 EUR", "47.30 EUR", "1.00 EUR")

    assert [word for word in words + prices if word not in getattr(email, form)] == []


def test_a_confirmation_goes_to_the_customer(email: Email) -> None:
    """With the order in its subject."""
    assert (email.recipient, email.subject) == (EMAIL, "Your order ord_1 is on its way")


def test_what_the_customer_wrote_is_no_markup() -> None:
    """A name is shown as it was typed."""
    customer = replace(a_person(), name="<b>Bobby & Co</b>")

    email = confirmation(a_booked_order(), customer, "SBX1")

    assert "&lt;b&gt;Bobby &amp; Co&lt;/b&gt;" in email.html
