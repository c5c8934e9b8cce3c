"""What does a caller learn from a request that cannot be taken?"""

import json
from typing import Any

import pytest

from local_host.testing import Response
from tests.builders import an_order
from tests.shop import Shop

COUNTRY_CODE = "must be a country code of two capital letters, as DE"
CARD = "4242424242424242"


def send(shop: Shop, content: bytes, content_type: str = "application/json") -> Response:
    """Send these very bytes."""
    headers = {"Content-Type": content_type} if content_type else {}
    return shop.app.request("POST", "/api/orders", content=content, headers=headers)


def bad_fields(answer: Response) -> dict[str, str]:
    """The fields that the answer names, each with its sentence."""
    assert answer.status == 422, answer.text
    return {error["field"]: error["message"] for error in answer.json()["errors"]}


def without(field: str) -> dict[str, Any]:
    """A good order that lacks one field."""
    return {name: value for name, value in an_order().items() if name != field}


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b'{"a": 1, "a": 2}',
        b'{"a": NaN}',
        b'{"a": "\xff"}',
        b"[" * 100_000,
        b'{"a": ' + b"9" * 5000 + b"}",
    ],
    ids=["empty", "open", "twice", "nan", "not-utf8", "deep", "long-number"],
)
def test_broken_json_is_400(shop: Shop, content: bytes) -> None:
    """Also where a lenient reader would guess: members twice, NaN, endless nesting."""
    answer = send(shop, content)

    assert answer.status == 400
    assert answer.headers["content-type"].startswith("application/problem+json")
    assert answer.json()["status"] == 400


def test_a_body_above_256_kib_is_413(shop: Shop) -> None:
    """It is not even parsed; one of exactly 256 KiB is."""
    assert send(shop, b" " * (256 * 1024 + 1)).status == 413
    assert send(shop, b" " * (256 * 1024)).status == 400


@pytest.mark.parametrize(
    "content_type",
    ["", "text/plain", "application/xml", "application/json; charset=latin-1", "json"],
)
def test_another_content_type_is_415(shop: Shop, content_type: str) -> None:
    """Only JSON in UTF-8 is taken."""
    assert send(shop, json.dumps(an_order()).encode(), content_type).status == 415


@pytest.mark.parametrize("body", [[], "x", 1, True, [an_order()]])
def test_a_body_that_is_no_object_is_422(shop: Shop, body: object) -> None:
    """Well-formed JSON that is not an order."""
    answer = send(shop, json.dumps(body).encode())

    assert bad_fields(answer) == {"body": "must be an object"}


@pytest.mark.parametrize("field", ["customer", "shippingAddress", "lines", "paymentMethod"])
def test_a_missing_field_is_named(shop: Shop, field: str) -> None:
    """Each of the four is required."""
    assert bad_fields(shop.post(without(field))) == {field: "is required"}


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        ("customer", None, "must be an object"),
        ("customer.name", "", "must not be empty"),
        ("customer.name", "   ", "must not be empty"),
        ("customer.name", 7, "must be text"),
        ("customer.name", "x" * 121, "must have 120 characters or fewer"),
        ("customer.name", "a\u0000b", "must not contain control characters"),
        ("customer.name", "\ud800", "must be text without broken characters"),
        ("customer.email", "ada", "must be a mail address"),
        ("customer.email", "ada@localhost", "must be a mail address"),
        ("customer.email", "ada@ex\nample.com", "must not contain control characters"),
        ("customer.phone", "call me", "must be a telephone number"),
        ("customer.age", 36, "is not a known field"),
        ("shippingAddress.line1", None, "must be text"),
        (
            "shippingAddress.country",
            "Germany",
            COUNTRY_CODE,
        ),
        ("shippingAddress.country", "de", COUNTRY_CODE),
        ("lines", [], "must have 1 to 50 entries"),
        ("lines", [{"sku": "MUG-BLUE", "quantity": 1}] * 51, "must have 1 to 50 entries"),
        ("lines", {}, "must be a list"),
        ("lines[0].sku", "NO-SUCH", "is not in the catalogue"),
        ("lines[0].quantity", 0, "must be 1 or more"),
        ("lines[0].quantity", -1, "must be 1 or more"),
        ("lines[0].quantity", 1.5, "must be a whole number"),
        ("lines[0].quantity", "1", "must be a whole number"),
        ("lines[0].quantity", True, "must be a whole number"),
        ("lines[0].quantity", 10**12, "must be 1000000000 or less"),
        ("lines[0].price", 1, "is not a known field"),
        ("paymentMethod", "visa", "must be the id of a payment method, such as pm_card_visa"),
        ("reference", "x" * 61, "must have 60 characters or fewer"),
        ("total", 1, "is not a known field"),
    ],
)
def test_a_wrong_field_is_named_with_its_path(
    shop: Shop, path: str, value: object, message: str
) -> None:
    """The answer says where the field stands and how it would be right."""
    order = an_order()
    *parents, name = path.replace("[0]", ".0").split(".")
    target: Any = order
    for parent in parents:
        target = target[int(parent)] if parent.isdigit() else target[parent]
    target[name] = value

    assert bad_fields(shop.post(order)) == {path: message}


@pytest.mark.parametrize("number", [CARD, "4242 4242 4242 4242", f"pm_{CARD}"])
def test_a_card_number_is_refused_at_the_door(shop: Shop, number: str) -> None:
    """And it is not repeated in the answer."""
    answer = shop.post(an_order(payment_method=number))

    assert "card number" in bad_fields(answer)["paymentMethod"]
    assert "4242" not in answer.text


@pytest.mark.parametrize("number", [CARD, "4242 4242 4242 4242", "3782-822463-10005"])
def test_a_card_number_in_a_text_is_refused_too(shop: Shop, number: str) -> None:
    """Whoever writes it into the note has it neither in the book nor in the answer."""
    answer = shop.post(an_order() | {"note": f"take it from {number}, please"})

    assert bad_fields(answer) == {"note": "must not contain a card number"}
    assert number not in answer.text


@pytest.mark.parametrize("number", ["+49 151 23456789", "4242424242424241", "12345678901234567890"])
def test_other_numbers_in_a_text_are_taken(shop: Shop, number: str) -> None:
    """Of telephones, of other orders."""
    assert shop.post(an_order() | {"note": f"call {number}"}).status == 202


def test_every_bad_field_is_named_at_once(shop: Shop) -> None:
    """Also an unknown SKU beside other mistakes, so that one round is enough."""
    order = an_order(lines=[{"sku": "MUG-BLUE"}, {"sku": "NO-SUCH", "quantity": 1}])
    order["customer"]["email"] = "ada"
    del order["paymentMethod"]

    assert set(bad_fields(shop.post(order))) == {
        *("customer.email", "lines[0].quantity", "lines[1].sku", "paymentMethod")
    }


def test_a_caller_of_many_mistakes_gets_a_short_answer(shop: Shop) -> None:
    """What comes in at any length does not go out at the same length."""
    answer = shop.post({"x" * 1000 + str(n): 1 for n in range(200)})

    assert len(answer.json()["errors"]) == 100
    assert "x" * 61 not in answer.text


@pytest.mark.parametrize("key", ["", " ", "two words", "é", "x" * 256])
def test_an_idempotency_key_that_is_none_is_400(shop: Shop, key: str) -> None:
    """1 to 255 visible ASCII characters."""
    answer = shop.app.request(
        "POST", "/api/orders", json=an_order(), headers={"Idempotency-Key": key}
    )

    assert answer.status == 400
    assert "Idempotency-Key" in answer.json()["detail"]


def test_bad_input_starts_nothing(shop: Shop) -> None:
    """No order in the book, no orchestration."""
    shop.post(an_order(quantity=0), key="k")
    shop.app.settle()

    good = shop.post(an_order(), key="k")

    assert good.status == 202
    assert "idempotent-replayed" not in good.headers
