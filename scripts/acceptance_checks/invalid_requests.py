"""Checks of requests that the service refuses, with a problem that names what is wrong."""

import json
import uuid
from collections.abc import Callable
from typing import Any

from scripts.acceptance_checks.service import (
    SKU,
    Check,
    Service,
    an_order,
    expect,
    expect_problem,
    named,
)


def invalid_request_checks() -> list[Check]:
    """Return the checks of refused requests."""
    invalid: list[tuple[int, Any, str | None]] = [
        (400, b'{"customer":', None),
        (400, b'{"customer": NaN}', None),
        (413, b" " * (256 * 1024 + 1), None),
        (415, an_order(), None),
        (422, [], "body"),
        (422, {}, "customer"),
        (422, an_order(lines=[]), "lines"),
        (422, an_order(lines=[{"sku": SKU, "quantity": 0}]), "lines[0].quantity"),
        (422, an_order(lines=[{"sku": SKU, "quantity": "2"}]), "lines[0].quantity"),
        (422, an_order(lines=[{"sku": "NO-SUCH", "quantity": 1}]), "lines[0].sku"),
        (422, an_order(customer__name=7), "customer.name"),
        (422, an_order(shippingAddress__country="Germany"), "shippingAddress.country"),
        (422, an_order(shippingAddress__postalCode="1011"), "shippingAddress.postalCode"),
        (422, an_order(shippingMethod="drone"), "shippingMethod"),
        (422, an_order(paymentMethod="4242 4242 4242 4242"), "paymentMethod"),
        (422, an_order(unknown=1), "unknown"),
    ]
    return [
        *(
            (
                f"An invalid {field or 'body'} is refused with {status}",
                is_refused(status, body, field),
            )
            for status, body, field in invalid
        ),
        *named(key_of_another_order, invalid_key, all_invalid_fields),
        *named(unknown_order, unknown_parameter),
    ]


def is_refused(status: int, body: Any, field: str | None = None) -> Callable[[Service], str]:
    """Return a check that an order is refused with this status and names the field."""

    def check(service: Service) -> str:
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        content_type = "text/plain" if status == 415 else "application/json"
        response = service.send("POST", "/api/orders", content, Content_Type=content_type)
        return expect_problem(response, status, *([field] if field else []))

    return check


def all_invalid_fields(service: Service) -> str:
    """All invalid fields are named at once."""
    order = an_order(customer__email="nobody", lines=[{"sku": "NO-SUCH", "quantity": 0}], extra=1)
    fields = ("customer.email", "lines[0].sku", "lines[0].quantity", "extra")
    return expect_problem(service.request_order(order), 422, *fields)


def unknown_order(service: Service) -> str:
    """An unknown order is not found."""
    return expect_problem(service.send("GET", "/api/orders/ord_unknown"), 404)


def unknown_parameter(service: Service) -> str:
    """An unknown query parameter is refused."""
    return expect_problem(service.send("GET", "/api/orders?page=2"), 400, "page")


def key_of_another_order(service: Service) -> str:
    """An idempotency key is refused for another order."""
    key = str(uuid.uuid4())
    first = service.request_order(an_order(), Idempotency_Key=key)
    expect(first.status == 202, f"POST returned {first.status}: {first.text[:200]}")
    other = an_order(reference="B-2")
    return expect_problem(service.request_order(other, Idempotency_Key=key), 422)


def invalid_key(service: Service) -> str:
    """An invalid idempotency key is refused."""
    response = service.request_order(an_order(), Idempotency_Key="two words")
    return expect_problem(response, 400)
