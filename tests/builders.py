"""Orders and their parts, complete, so that a test says only what it is about."""

from datetime import UTC, datetime
from typing import Any

from orders.domain.money import Money
from orders.domain.order import Address, Order, Customer
from orders.domain.pricing import OrderLine, Quote
from orders.domain.order_record import OrderRecord
from orders.domain.catalogue import ShippingMethod
from orders.domain.order import Terms

NAME = "Philippa Planted-Wrenfield"
EMAIL = "planted.wrenfield@example.com"
STREET = "Plantedstrasse 17"
PHONE = "+49 30 7654321"
NOTE = "Leave it with Mrs Plantedneighbor"
CITY = "Plantedburg"
#: Whatever must never leave the order book.
PERSONAL = (NAME, EMAIL, STREET, PHONE, NOTE, CITY)

TERMS = Terms(max_quantity=100, countries=frozenset({"DE", "FR"}))

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def an_order(  # noqa: PLR0913 - every branch of an order hangs on one of these
    *,
    sku: str = "MUG-BLUE",
    quantity: int = 2,
    country: str = "DE",
    postal_code: str = "10115",
    email: str = EMAIL,
    payment_method: str = "pm_card_visa",
    **more: Any,  # noqa: ANN401 - any JSON
) -> dict[str, Any]:
    """The body of a request for an order, good unless something is said."""
    return {
        "customer": {"name": NAME, "email": email, "phone": PHONE},
        "shippingAddress": {
            "line1": STREET,
            "postalCode": postal_code,
            "city": CITY,
            "country": country,
        },
        "lines": [{"sku": sku, "quantity": quantity}],
        "paymentMethod": payment_method,
        "note": NOTE,
        **more,
    }


def a_refund(minor: int | None = None) -> dict[str, Any]:
    """The body of a request for a refund, of all that is left unless something is said."""
    amount = {} if minor is None else {"amount": {"minor": minor, "currency": "EUR"}}
    return {"note": "a broken cup", "by": "Grace Plantedmann", **amount}


def a_line(sku: str = "MUG-BLUE", quantity: int = 2, minor: int = 1490) -> OrderLine:
    """A line of the order as the book has it."""
    return OrderLine(
        sku=sku,
        name="Stoneware mug",
        quantity=quantity,
        unit_price=Money(minor, "EUR"),
        tax_rate=1900,
    )


def a_quote(*lines: OrderLine) -> Quote:
    """What these lines cost; shipping and tax are round numbers."""
    return Quote(
        lines=lines,
        shipping_method=ShippingMethod.STANDARD,
        shipping=Money(500, "EUR"),
        tax=Money(100, "EUR"),
    )


def a_booked_order(order_id: str = "ord_1", *lines: OrderLine, country: str = "DE") -> Order:
    """An order as the book has it."""
    return Order(
        order_id=order_id,
        placed_at=NOON,
        quote=a_quote(*(lines or (a_line(),))),
        terms=TERMS,
        country=country,
        payment_method="pm_card_visa",
    )


def a_person(postal_code: str = "10115", email: str = EMAIL) -> Customer:
    """The personal part of an order."""
    address = Address(line1=STREET, postal_code=postal_code, city=CITY, country="DE")
    return Customer(name=NAME, email=email, address=address)


def a_record(**more: Any) -> OrderRecord:  # noqa: ANN401 - any field of the record
    """An order's page in the book."""
    return OrderRecord(order=a_booked_order(), fingerprint="f", **more)
