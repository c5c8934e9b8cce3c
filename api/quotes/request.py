"""Body of a quote request. An order's body extends it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any, Final

from pydantic import BeforeValidator, ConfigDict, with_config
from pydantic.alias_generators import to_camel

from api.http import fields
from api.http.body import BodySchema
from orders.domain.catalogue import ShippingMethod

#: Bodies in camelCase; unknown fields are refused.
BODY_CONFIG: Final = ConfigDict(alias_generator=to_camel, extra="forbid")


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerBody:
    """The customer."""

    name: fields.CustomerName
    email: fields.Email
    phone: fields.Phone | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AddressBody:
    """The shipping address. The country precedes the postal code, which depends on it."""

    line1: fields.Name
    city: fields.Name
    country: fields.Country
    postal_code: fields.PostalCode
    line2: fields.Name | None = None
    region: fields.Name | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LineBody:
    """An order line. The price comes from the catalogue, never from the caller."""

    sku: fields.Sku
    quantity: fields.Quantity


@dataclass(frozen=True, slots=True, kw_only=True)
class MoneyBody:
    """An amount."""

    minor: fields.Minor
    currency: fields.Currency


@with_config(BODY_CONFIG)
@dataclass(frozen=True, slots=True, kw_only=True)
class QuoteBody:
    """The body of `POST /api/quotes`: an order with more optional fields."""

    shipping_address: AddressBody
    lines: Annotated[tuple[LineBody, ...], BeforeValidator(fields.require_line_count)]
    shipping_method: ShippingMethod = ShippingMethod.STANDARD
    #: The total that the caller expects.
    expected_total: MoneyBody | None = None
    customer: CustomerBody | None = None
    payment_method: fields.PaymentMethod | None = None
    reference: fields.Short | None = None
    note: fields.Note | None = None


QUOTE_SCHEMA: Final = BodySchema(
    model=QuoteBody,
    problem_kind="invalid-order",
    problem_detail="The order is invalid; see errors.",
)


def sku_context(is_known_sku: Callable[[str], bool]) -> dict[str, Any]:
    """Return the validation context that SKUs need."""
    return {"is_known_sku": is_known_sku}
