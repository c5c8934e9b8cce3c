"""What was done for one order, by everybody's records together?"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from domain.answers import ParcelStatus
from domain.facts import MailFact, ParcelFact, PaymentFact
from domain.stock import Entry, Share, Stock

_LEFT: Final = frozenset({ParcelStatus.RELEASED, ParcelStatus.DELIVERED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """One order's money, parcels, mails and goods."""

    payments: tuple[PaymentFact, ...] = ()
    parcels: tuple[ParcelFact, ...] = ()
    #: What each mail was about.
    mails: tuple[str, ...] = ()
    #: By SKU.
    goods: Mapping[str, Entry] = field(default_factory=dict)

    @property
    def held(self) -> int:
        """Minor units that are held."""
        return sum(payment.held for payment in self.payments)

    @property
    def captured(self) -> int:
        """Minor units that were taken, whatever was paid back of them."""
        return sum(payment.captured for payment in self.payments)

    @property
    def refunded(self) -> int:
        """Minor units that were paid back."""
        return sum(payment.refunded for payment in self.payments)

    @property
    def kept(self) -> int:
        """Minor units that were taken and not paid back."""
        return self.captured - self.refunded

    @property
    def live_parcels(self) -> int:
        """Parcels that were not canceled."""
        return sum(parcel.status is not ParcelStatus.CANCELED for parcel in self.parcels)

    @property
    def released_parcels(self) -> int:
        """Parcels that may leave."""
        return sum(parcel.status in _LEFT for parcel in self.parcels)

    @property
    def reserved(self) -> int:
        """Units that are reserved."""
        held = (entry for entry in self.goods.values() if entry.share is Share.RESERVED)
        return sum(entry.quantity for entry in held)

    @property
    def owns_something(self) -> bool:
        """Whether money, a parcel or reserved units are there for the order."""
        return self.held + self.kept > 0 or self.live_parcels > 0 or self.reserved > 0


def accounts(
    payments: Iterable[PaymentFact],
    parcels: Iterable[ParcelFact],
    mails: Iterable[MailFact],
    stocks: Mapping[str, Stock],
) -> dict[str, Account]:
    """Everybody's records, by order id."""
    drafts: dict[str, _Draft] = {}
    for payment in payments:
        drafts.setdefault(payment.order_id, _Draft()).payments.append(payment)
    for parcel in parcels:
        drafts.setdefault(parcel.order_id, _Draft()).parcels.append(parcel)
    for mail in mails:
        drafts.setdefault(mail.order_id, _Draft()).mails.append(mail.kind)
    for sku, stock in stocks.items():
        for order_id, entry in stock.entries.items():
            drafts.setdefault(order_id, _Draft()).goods[sku] = entry
    return {order_id: draft.done() for order_id, draft in drafts.items()}


@dataclass(slots=True)
class _Draft:
    payments: list[PaymentFact] = field(default_factory=list)
    parcels: list[ParcelFact] = field(default_factory=list)
    mails: list[str] = field(default_factory=list)
    goods: dict[str, Entry] = field(default_factory=dict)

    def done(self) -> Account:
        return Account(
            payments=tuple(self.payments),
            parcels=tuple(self.parcels),
            mails=tuple(self.mails),
            goods=self.goods,
        )
