"""Responses to invalid orders: each names what is wrong and starts nothing."""

import json
from typing import Any

import pytest

from local_host.testing import Response
from tests.builders import an_order
from tests.shop import Shop

COUNTRY_MESSAGE = "must be a country code such as DE"
INVISIBLE_MESSAGE = "must not contain control, direction or invisible characters"
CARD_NUMBER = "4242424242424242"


def send(shop: Shop, content: bytes, content_type: str = "application/json") -> Response:
    """Send these bytes as an order."""
    headers = {"Content-Type": content_type} if content_type else {}
    return shop.app.request("POST", "/api/orders", content=content, headers=headers)


def field_errors(response: Response) -> dict[str, str]:
    """Return the message for each invalid field."""
    assert response.status == 422, response.text
    return {error["field"]: error["message"] for error in response.json()["errors"]}


def order_without(field: str) -> dict[str, Any]:
    """Return an order that lacks one field."""
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
def test_malformed_json_is_400(shop: Shop, content: bytes) -> None:
    """Also what lenient parsers accept: repeated members, NaN, any depth."""
    response = send(shop, content)

    assert response.status == 400
    assert response.headers["content-type"].startswith("application/problem+json")
    assert response.json()["status"] == 400


@pytest.mark.parametrize(
    ("content", "member"),
    [
        (b'{"lines": [], "note": "x", "lines": []}', "lines"),
        (b'{"customer": {"name": "Ada", "name": "Eve"}}', "name"),
        (b'{"' + b"n" * 100 + b'": 1, "' + b"n" * 100 + b'": 2}', "n" * 60),
    ],
    ids=["top", "nested", "long"],
)
def test_repeated_member_is_named(shop: Shop, content: bytes, member: str) -> None:
    """Also in a nested object; only the beginning of a long name is repeated."""
    response = send(shop, content)

    assert response.status == 400
    assert response.json()["type"].endswith(":malformed-json")
    assert response.json()["detail"] == f"The member '{member}' appears twice."


@pytest.mark.parametrize(
    ("method", "path"), [("DELETE", "/api/orders"), ("PUT", "/api/stock/MUG-BLUE")]
)
def test_wrong_method_is_404_without_a_body(shop: Shop, method: str, path: str) -> None:
    """The host answers it, as on Azure, so it is no problem of the API."""
    response = shop.app.request(method, path)

    assert (response.status, response.text) == (404, "")


def test_body_above_256_kib_is_413(shop: Shop) -> None:
    """It is not parsed; a body of exactly 256 KiB is."""
    assert send(shop, b" " * (256 * 1024 + 1)).status == 413
    assert send(shop, b" " * (256 * 1024)).status == 400


@pytest.mark.parametrize(
    "content_type",
    ["", "text/plain", "application/xml", "application/json; charset=latin-1", "json"],
)
def test_other_content_type_is_415(shop: Shop, content_type: str) -> None:
    """Only JSON in UTF-8 is accepted."""
    assert send(shop, json.dumps(an_order()).encode(), content_type).status == 415


@pytest.mark.parametrize("body", [[], "x", 1, True, [an_order()]])
def test_body_that_is_no_object_is_422(shop: Shop, body: object) -> None:
    """It is well-formed JSON, but no order."""
    response = send(shop, json.dumps(body).encode())

    assert field_errors(response) == {"body": "must be an object"}


@pytest.mark.parametrize("field", ["customer", "shippingAddress", "lines", "paymentMethod"])
def test_missing_field_is_named(shop: Shop, field: str) -> None:
    """Each of the four is required."""
    assert field_errors(shop.post(order_without(field))) == {field: "is required"}


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        ("customer", None, "must be an object"),
        ("customer.name", "", "must not be empty"),
        ("customer.name", "   ", "must not be empty"),
        ("customer.name", 7, "must be text"),
        ("customer.name", "x" * 121, "must have 120 characters or fewer"),
        ("customer.name", "a\u0000b", INVISIBLE_MESSAGE),
        ("customer.name", "\ud800", "must be text without broken characters"),
        ("customer.email", "ada", "must be an email address"),
        ("customer.email", "ada@localhost", "must be an email address"),
        ("customer.email", "ada@ex\nample.com", INVISIBLE_MESSAGE),
        ("customer.phone", "call me", "must be a telephone number"),
        ("customer.age", 36, "is not a known field"),
        ("shippingAddress.line1", None, "must be text"),
        ("shippingAddress.country", "Germany", COUNTRY_MESSAGE),
        ("shippingAddress.country", "de", COUNTRY_MESSAGE),
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
        ("paymentMethod", "visa", "must be the ID of a payment method, such as pm_card_visa"),
        ("reference", "x" * 61, "must have 60 characters or fewer"),
        ("total", 1, "is not a known field"),
    ],
)
def test_invalid_field_is_named_with_its_path(
    shop: Shop, path: str, value: object, message: str
) -> None:
    """The message says what is expected."""
    order = an_order()
    *parents, name = path.replace("[0]", ".0").split(".")
    target: Any = order
    for parent in parents:
        target = target[int(parent)] if parent.isdigit() else target[parent]
    target[name] = value

    assert field_errors(shop.post(order)) == {path: message}


@pytest.mark.parametrize(
    ("currency", "message"),
    [
        ("banana", "must be a currency code such as EUR"),
        ("eur", "must be a currency code such as EUR"),
        ("AAA", "is not a currency of ISO 4217, such as EUR"),
        ("XAU", "is not a currency of ISO 4217, such as EUR"),
    ],
)
def test_unknown_currency_is_refused(shop: Shop, currency: str, message: str) -> None:
    """Also a code in the right form."""
    response = shop.post(an_order(expectedTotal={"minor": 1, "currency": currency}))

    assert field_errors(response) == {"expectedTotal.currency": message}


@pytest.mark.parametrize("number", [CARD_NUMBER, "4242 4242 4242 4242", f"pm_{CARD_NUMBER}"])
def test_card_number_as_payment_method_is_refused(shop: Shop, number: str) -> None:
    """The response does not repeat it."""
    response = shop.post(an_order(payment_method=number))

    assert "card number" in field_errors(response)["paymentMethod"]
    assert "4242" not in response.text


@pytest.mark.parametrize("number", [CARD_NUMBER, "4242 4242 4242 4242", "3782-822463-10005"])
def test_card_number_in_a_text_is_refused(shop: Shop, number: str) -> None:
    """It is neither stored nor repeated in the response."""
    response = shop.post(an_order() | {"note": f"take it from {number}, please"})

    assert field_errors(response) == {"note": "must not contain a card number"}
    assert number not in response.text


@pytest.mark.parametrize("number", ["+49 151 23456789", "4242424242424241", "12345678901234567890"])
def test_other_numbers_in_a_text_are_accepted(shop: Shop, number: str) -> None:
    """Telephone numbers, and numbers without a valid check digit."""
    assert shop.post(an_order() | {"note": f"call {number}"}).status == 202


def test_all_invalid_fields_are_named_at_once(shop: Shop) -> None:
    """Also an unknown SKU beside other errors."""
    order = an_order(lines=[{"sku": "MUG-BLUE"}, {"sku": "NO-SUCH", "quantity": 1}])
    order["customer"]["email"] = "ada"
    del order["paymentMethod"]

    assert set(field_errors(shop.post(order))) == {
        *("customer.email", "lines[0].quantity", "lines[1].sku", "paymentMethod")
    }


def test_response_to_many_errors_is_short(shop: Shop) -> None:
    """Long names are cut, and at most 100 errors are listed."""
    response = shop.post({"x" * 1000 + str(n): 1 for n in range(200)})

    assert len(response.json()["errors"]) == 100
    assert "x" * 61 not in response.text


@pytest.mark.parametrize("key", ["", " ", "two words", "é", "x" * 256])
def test_invalid_idempotency_key_is_400(shop: Shop, key: str) -> None:
    """A key has 1 to 255 visible ASCII characters."""
    response = shop.app.request(
        "POST", "/api/orders", json=an_order(), headers={"Idempotency-Key": key}
    )

    assert response.status == 400
    assert "Idempotency-Key" in response.json()["detail"]


def test_invalid_order_starts_nothing(shop: Shop) -> None:
    """Its idempotency key remains free."""
    shop.post(an_order(quantity=0), key="k")
    shop.app.wait_until_idle()

    valid = shop.post(an_order(), key="k")

    assert valid.status == 202
    assert "idempotent-replayed" not in valid.headers


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/api/orders?page=2"),
        ("GET", "/api/orders/ord_1?verbose=true"),
        ("POST", "/api/orders/ord_1/cancel?dryRun=true"),
        ("GET", "/api/operations/attention?page=2"),
    ],
)
def test_unknown_query_parameter_is_400(shop: Shop, method: str, path: str) -> None:
    """On every endpoint that has a query; the parameter is named."""
    response = shop.app.request(method, path)

    name = path.partition("?")[2].partition("=")[0]
    assert response.status == 400
    assert response.json()["errors"] == [{"field": name, "message": "is not a known parameter"}]


@pytest.mark.parametrize("name", ["code", "clientId"])
def test_query_parameters_of_the_host_are_accepted(shop: Shop, name: str) -> None:
    """Function keys may be sent in the query."""
    assert shop.app.request("GET", f"/api/orders?{name}=x").status == 200
