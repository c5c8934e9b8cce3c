"""What did the customer ask for? An order as it was placed; it never changes afterwards."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from domain.money import Money
from domain.quote import OrderLine, Quote
from domain.terms import Terms


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """Where the parcel goes."""

    line1: str
    postal_code: str
    city: str
    #: ISO 3166-1 alpha-2, upper case.
    country: str
    line2: str | None = None
    region: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """The personal part of an order: kept apart from the rest, so that it can be erased."""

    name: str
    email: str
    address: Address
    phone: str | None = None
    #: Free text of the customer, for the parcel.
    note: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """An order without anything personal."""

    order_id: str
    placed_at: datetime
    #: The prices of the moment when the order was placed: they are what it costs.
    quote: Quote
    #: What the shop allowed at that moment: the order keeps it, whatever is set later.
    terms: Terms
    country: str
    payment_method: str
    #: The caller's own number for this order.
    reference: str | None = None

    @property
    def lines(self) -> tuple[OrderLine, ...]:
        """What was ordered: one line for each article."""
        return self.quote.lines

    @property
    def total(self) -> Money:
        """What the customer owes."""
        return self.quote.total
