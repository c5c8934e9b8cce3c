"""What does a request for an order look like, and what is wrong with one that does not?"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from http import HTTPStatus
from typing import Annotated

from pydantic import BeforeValidator, ConfigDict, TypeAdapter, ValidationError, with_config
from pydantic.alias_generators import to_camel

from api import fields
from api.plain_words import in_plain_words
from api.problems import Problem


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerRequest:
    """Who orders."""

    name: fields.Name
    email: fields.Email
    phone: fields.Phone | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AddressRequest:
    """Where the parcel goes."""

    line1: fields.Name
    postal_code: fields.PostalCode
    city: fields.Name
    country: fields.Country
    line2: fields.Name | None = None
    region: fields.Name | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LineRequest:
    """How many of what. A price has no place here: it comes from the catalogue."""

    sku: fields.Sku
    quantity: fields.Quantity


@with_config(ConfigDict(alias_generator=to_camel, extra="forbid"))
@dataclass(frozen=True, slots=True, kw_only=True)
class OrderRequest:
    """The body of `POST /api/orders`."""

    customer: CustomerRequest
    shipping_address: AddressRequest
    lines: Annotated[tuple[LineRequest, ...], BeforeValidator(fields.countable)]
    payment_method: fields.PaymentMethod
    reference: fields.Short | None = None
    note: fields.Note | None = None


def parse_order(body: object, is_sold: Callable[[str], bool]) -> OrderRequest:
    """The request in the body, or the Problem that names every bad field, unknown SKUs too."""
    try:
        return _adapter().validate_python(body, context={"is_sold": is_sold})
    except ValidationError as error:
        raise Problem(
            HTTPStatus.UNPROCESSABLE_ENTITY,
            "invalid-order",
            "The order cannot be taken: see errors.",
            errors=in_plain_words(error),
        ) from None  # the caller's data stays out of tracebacks


def canonical(request: OrderRequest) -> bytes:
    """The request in a form that is the same for every way of writing it."""
    return _adapter().dump_json(request, by_alias=True, exclude_none=True)


@cache
def _adapter() -> TypeAdapter[OrderRequest]:
    return TypeAdapter(OrderRequest)
