"""What does a request for an order look like, and what is wrong with one that does not?"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from http import HTTPStatus
from typing import Annotated, TypeVar

from pydantic import BeforeValidator, ConfigDict, TypeAdapter, ValidationError, with_config
from pydantic.alias_generators import to_camel

from api.http import fields
from api.http.body import field_errors
from api.http.problems import ProblemError
from orders.domain.catalogue import ShippingMethod

T = TypeVar("T")


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
    city: fields.Name
    country: fields.Country
    postal_code: fields.PostalCode  # after the country, which says how it looks
    line2: fields.Name | None = None
    region: fields.Name | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LineRequest:
    """How many of what. A price has no place here: it comes from the catalogue."""

    sku: fields.Sku
    quantity: fields.Quantity


@dataclass(frozen=True, slots=True, kw_only=True)
class MoneyRequest:
    """An amount as the caller knows it."""

    minor: fields.Minor
    currency: fields.Currency


@with_config(ConfigDict(alias_generator=to_camel, extra="forbid"))
@dataclass(frozen=True, slots=True, kw_only=True)
class QuoteRequest:
    """The body of `POST /api/quote`: an order, of which less need be known."""

    shipping_address: AddressRequest
    lines: Annotated[tuple[LineRequest, ...], BeforeValidator(fields.countable)]
    shipping_method: ShippingMethod = ShippingMethod.STANDARD
    #: What the caller believes that it costs.
    expected_total: MoneyRequest | None = None
    customer: CustomerRequest | None = None
    payment_method: fields.PaymentMethod | None = None
    reference: fields.Short | None = None
    note: fields.Note | None = None


@with_config(ConfigDict(alias_generator=to_camel, extra="forbid"))
@dataclass(frozen=True, slots=True, kw_only=True)
class OrderRequest(QuoteRequest):
    """The body of `POST /api/orders`."""

    customer: CustomerRequest
    payment_method: fields.PaymentMethod


def parse_order(body: object, is_sold: Callable[[str], bool]) -> OrderRequest:
    """The request in the body, or the Problem that names every bad field, unknown SKUs too."""
    return _parse(_orders(), body, is_sold)


def parse_quote(body: object, is_sold: Callable[[str], bool]) -> QuoteRequest:
    """The request for a quote in the body, or the Problem that names every bad field."""
    return _parse(_quotes(), body, is_sold)


def canonical(request: OrderRequest) -> bytes:
    """The request in a form that is the same for every way of writing it."""
    return _orders().dump_json(request, by_alias=True, exclude_none=True)


def _parse(adapter: TypeAdapter[T], body: object, is_sold: Callable[[str], bool]) -> T:
    try:
        return adapter.validate_python(body, context={"is_sold": is_sold})
    except ValidationError as error:
        raise ProblemError(
            HTTPStatus.UNPROCESSABLE_ENTITY,
            "invalid-order",
            "The order cannot be taken: see errors.",
            errors=field_errors(error),
        ) from None  # the caller's data stays out of tracebacks


@cache
def _orders() -> TypeAdapter[OrderRequest]:
    return TypeAdapter(OrderRequest)


@cache
def _quotes() -> TypeAdapter[QuoteRequest]:
    return TypeAdapter(QuoteRequest)
