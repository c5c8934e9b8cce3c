"""Is a request that cannot be taken refused in words that help?"""

import json
import uuid
from collections.abc import Callable
from typing import Any

from scripts.acceptance_service import SKU, Check, Service, an_order, expect, expect_problem, titled


def input_checks() -> list[Check]:
    """What is refused at the door."""
    bad: list[tuple[int, Any, str | None]] = [
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
        *((f"bad input {status}", refused(status, body, field)) for status, body, field in bad),
        *titled(same_key_other_body, malformed_key),
        ("bad fields", every_bad_field),
        ("unknown order", unknown_order),
    ]


def refused(status: int, body: Any, field: str | None = None) -> Callable[[Service], str]:
    """A check that a request is refused with this status, naming the field."""

    def check(service: Service) -> str:
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        kind = "text/plain" if status == 415 else "application/json"
        answer = service.send("POST", "/api/orders", content, Content_Type=kind)
        return expect_problem(answer, status, *([field] if field else []))

    return check


def every_bad_field(service: Service) -> str:
    """All bad fields are named at once."""
    order = an_order(customer__email="nobody", lines=[{"sku": "NO-SUCH", "quantity": 0}], extra=1)
    named = {error["field"] for error in service.order(order).json().get("errors", [])}
    wanted = {"customer.email", "lines[0].sku", "lines[0].quantity", "extra"}
    expect(named == wanted, f"names {named}")
    return ", ".join(sorted(named))


def unknown_order(service: Service) -> str:
    """An unknown order is 404."""
    return expect_problem(service.send("GET", "/api/orders/ord_nobody"), 404)


def same_key_other_body(service: Service) -> str:
    """The same key with another order is refused."""
    key = str(uuid.uuid4())
    service.order(an_order(), Idempotency_Key=key)
    return expect_problem(service.order(an_order(reference="B-2"), Idempotency_Key=key), 422)


def malformed_key(service: Service) -> str:
    """A malformed key is refused."""
    return expect_problem(service.order(an_order(), Idempotency_Key="two words"), 400)
