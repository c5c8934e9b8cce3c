"""An order as it was placed. It never changes afterwards."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime

from orders.domain.money import Money
from orders.domain.pricing import OrderLine, Quote


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """A shipping address."""

    line1: str
    postal_code: str
    city: str
    #: ISO 3166-1 alpha-2 code, upper case.
    country: str
    line2: str | None = None
    region: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Customer:
    """The personal part of an order, stored apart from the rest so that it can be erased."""

    name: str
    email: str
    address: Address
    phone: str | None = None
    #: The customer's note for the delivery.
    note: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentLimits:
    """The amounts of one currency that the payment gateway takes, in minor units."""

    #: The smallest amount.
    minimum: int = 1
    #: Every amount is a multiple of it.
    step: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """The shop's limits. An order keeps those that applied when it was placed."""

    #: Most units of one product in one order.
    max_quantity: int
    #: Countries that the shop ships to.
    countries: frozenset[str]
    #: The limits of the payment gateway.
    payment: PaymentLimits = field(default_factory=PaymentLimits)

    def without(self, country: str) -> Terms:
        """Return the same terms for a shop that does not ship to this country."""
        return replace(self, countries=self.countries - {country})


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """An order without its personal part."""

    order_id: str
    placed_at: datetime
    #: The prices when the order was placed. They are what the customer pays.
    quote: Quote
    #: The limits when the order was placed. Later settings do not change them.
    terms: Terms
    country: str
    payment_method: str
    #: The caller's own number for this order.
    reference: str | None = None

    @property
    def lines(self) -> tuple[OrderLine, ...]:
        """The order lines, one for each product."""
        return self.quote.lines

    @property
    def total(self) -> Money:
        """The amount that the customer pays."""
        return self.quote.total
