"""Body of an order."""

from dataclasses import dataclass
from typing import Final

from pydantic import with_config

from api.http import fields
from api.http.body import BodySchema
from api.quotes.request import BODY_CONFIG, CustomerBody, QuoteBody
from orders.domain.order import Address, Customer


@with_config(BODY_CONFIG)
@dataclass(frozen=True, slots=True, kw_only=True)
class OrderBody(QuoteBody):
    """The body of `POST /api/orders`."""

    customer: CustomerBody
    payment_method: fields.PaymentMethod


ORDER_SCHEMA: Final = BodySchema(
    model=OrderBody,
    problem_kind="invalid-order",
    problem_detail="The order is invalid; see errors.",
)


def customer_in(request: OrderBody) -> Customer:
    """Return the personal part of the order."""
    customer, address = request.customer, request.shipping_address
    return Customer(
        name=customer.name,
        email=customer.email,
        phone=customer.phone,
        note=request.note,
        address=Address(
            line1=address.line1,
            line2=address.line2,
            postal_code=address.postal_code,
            city=address.city,
            region=address.region,
            country=address.country,
        ),
    )
