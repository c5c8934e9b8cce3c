"""Texts of requests: characters that nobody sees, names that are messages, email domains."""

from typing import Any

import pytest

from local_host.testing import Response
from tests.builders import a_refund, an_order
from tests.shop import Shop

INVISIBLE = "must not contain control, direction or invisible characters"
#: A label that is twice as long in ASCII.
UMLAUTS = "äöüéèñç" * 3
NO_NAME = (
    "must be a name in any script, with at most 4 digits, spaces and . , ' - & ( ) /, and no web"
    " address; write a space after a period"
)


def with_customer(**fields: str) -> dict[str, Any]:
    """Return an order whose customer has other fields."""
    order = an_order()
    order["customer"] |= fields
    return order


def errors(response: Response) -> dict[str, str]:
    """Return the message for each invalid field."""
    assert response.status == 422, response.text
    return {error["field"]: error["message"] for error in response.json()["errors"]}


@pytest.mark.parametrize(
    "character",
    ["\u202e", "\u2066", "\u200b", "\u200d", "\ufeff", "\u00ad", "\u2028", "\u3164", "\u0007"],
)
def test_invisible_character_is_refused_in_every_text(shop: Shop, character: str) -> None:
    """It turns the direction of what follows, or hides in a text."""
    text = f"a{character}b"
    order = with_customer(name=text, email=f"{text}@example.com")
    order["shippingAddress"] |= {"line1": text, "line2": text, "city": text, "region": text}
    order |= {"note": text, "reference": text}

    assert errors(shop.post(order)) == dict.fromkeys(
        (
            *("customer.name", "customer.email", "shippingAddress.line1", "shippingAddress.city"),
            *("shippingAddress.line2", "shippingAddress.region", "reference", "note"),
        ),
        INVISIBLE,
    )


def test_invisible_character_is_refused_in_notes_of_operators(shop: Shop) -> None:
    """And in their names."""
    order_id = shop.run(an_order()).instance_id
    body = {**a_refund(), "note": "fine\u202e", "operator": "Gr\u200bace"}

    assert errors(shop.refund(order_id, body)) == {"note": INVISIBLE, "operator": INVISIBLE}


@pytest.mark.parametrize(
    "name",
    [
        "You won 500 EUR, claim at https://evil.example/win - code 7731",
        "Ada visit evil.example",
        "www.evil.example",
        "ada@evil.example",
        "Call 0900 123 456",
        "Hello!",
        "a=b",
        "<b>Ada</b>",
    ],
)
def test_name_that_is_a_message_is_refused(shop: Shop, name: str) -> None:
    """Our server would email it to the address beside it, which may be a stranger's."""
    assert errors(shop.post(with_customer(name=name))) == {"customer.name": NO_NAME}
    assert shop.emails() == []


@pytest.mark.parametrize("name", ["Ada\nYou won", "Ada\r\nBcc: x", "Ada\u2028You won"])
def test_name_with_a_line_break_is_refused(shop: Shop, name: str) -> None:
    """Whatever the kind of line break."""
    assert errors(shop.post(with_customer(name=name))) == {"customer.name": INVISIBLE}


@pytest.mark.parametrize(
    "name",
    [
        "Ada Lovelace",
        "Renée Müller-Łukasiewicz",
        "Sinéad O\u2019Connor",
        "J.R.R. Tolkien Jr.",
        "Dr. María José Nuñez, MBA",
        "c/o 3M Deutschland GmbH & Co. KG (Einkauf)",
        "山田 太郎",
        "ジョン・スミス",
        "محمد بن علي",
        "प्रिया शर्मा",
        "Gal\u00b7la 1001",
    ],
)
def test_name_of_a_person_or_a_company_is_accepted(shop: Shop, name: str) -> None:
    """In every script."""
    order_id = shop.place(with_customer(name=name))

    customer = shop.services.order_store.customer(order_id)
    assert customer is not None
    assert customer.name == name


@pytest.mark.parametrize(
    ("email", "stored"),
    [
        ("ada@müller.example", "ada@xn--mller-kva.example"),
        ("ada@MÜLLER.example", "ada@xn--mller-kva.example"),
        ("ada@xn--mller-kva.example", "ada@xn--mller-kva.example"),
        ("Ada.L+shop@Example.COM", "Ada.L+shop@example.com"),
        ("ada@例え.jp", "ada@xn--r8jz45g.jp"),
        ("o'hara_1@a-b.example", "o'hara_1@a-b.example"),
    ],
)
def test_domain_of_an_email_address_is_stored_in_ascii(shop: Shop, email: str, stored: str) -> None:
    """So that every mail server takes it, and the order is confirmed."""
    order_id = shop.run(with_customer(email=email)).instance_id

    assert shop.emails()[-1].detail["recipient"] == stored
    assert shop.get(order_id)["status"] == "completed"


@pytest.mark.parametrize(
    "email",
    [
        "ada",
        "@example.com",
        "ada@",
        "ada@localhost",
        "ada@127.0.0.1",
        "ada@[127.0.0.1]",
        "ada@-x.example",
        "ada@x_y.example",
        "ada@a..example",
        "ada@example.com.",
        "ada@xn--a.example",
        f"ada@{'x' * 64}.example",
        "ada b@example.com",
        "ada@b@example.com",
        "ada..b@example.com",
        ".ada@example.com",
        f"{'a' * 65}@example.com",
        f"{'a' * 60}@{f'{UMLAUTS}.' * 7}example",
        f"ada@{f'{UMLAUTS}.' * 8}example",
    ],
)
def test_text_that_is_no_email_address_is_refused(shop: Shop, email: str) -> None:
    """Its email would never be sent, and the order would need attention."""
    assert errors(shop.post(with_customer(email=email))) == {
        "customer.email": "must be an email address"
    }


def test_local_part_in_another_script_is_refused(shop: Shop) -> None:
    """Few mail servers take it."""
    assert errors(shop.post(with_customer(email="jürgen@example.com"))) == {
        "customer.email": "must have only ASCII characters before the @"
    }
