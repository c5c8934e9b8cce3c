"""What can an audit find?"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class FindingKind(StrEnum):
    """What does not add up."""

    #: The order, or a refund of it, should have ended long ago.
    OVERDUE = "overdue"
    #: The order has ended, and money of the customer is still held.
    MONEY_HELD = "moneyHeld"
    #: The order was completed, and less was taken than it costs.
    MONEY_MISSING = "moneyMissing"
    #: The order was not completed, and money was taken that was not paid back.
    MONEY_KEPT = "moneyKept"
    #: More was held or taken than the order costs.
    CHARGED_TWICE = "chargedTwice"
    #: More was paid back than was taken.
    REFUNDED_TWICE = "refundedTwice"
    #: Less was paid back than the book says.
    REFUND_MISSING = "refundMissing"
    #: Money is held or was taken for an order that the book does not know.
    STRAY_MONEY = "strayMoney"
    #: The order was completed, and no parcel was let go.
    PARCEL_MISSING = "parcelMissing"
    #: The order was not completed, and its parcel was not canceled.
    PARCEL_KEPT = "parcelKept"
    #: The order has more than one parcel.
    SHIPPED_TWICE = "shippedTwice"
    #: A parcel was let go that is not paid.
    RELEASED_UNPAID = "releasedUnpaid"
    #: A parcel goes to nobody that the book knows.
    STRAY_PARCEL = "strayParcel"
    #: The order has ended, the customer was not told how, and no note says so.
    MAIL_MISSING = "mailMissing"
    #: The customer was told of another end than the order has, or of another way of the money.
    MAIL_WRONG = "mailWrong"
    #: The customer was told the same more than once.
    MAILED_TWICE = "mailedTwice"
    #: The order was completed, and its units were not sold to it.
    GOODS_MISSING = "goodsMissing"
    #: The order was not completed, and units are reserved for it or sold to it.
    GOODS_KEPT = "goodsKept"
    #: Units are reserved for an order that the book does not know.
    STRAY_GOODS = "strayGoods"
    #: An article's units do not add up: what came in is not what is there and what was sold.
    STOCK_WRONG = "stockWrong"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that does not add up."""

    kind: FindingKind
    #: Whose money or goods it is about.
    orders: tuple[str, ...]
    #: What was found, in words and numbers; nothing personal.
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """How much was looked at."""

    orders: int
    #: Of them, those that are left to a person: no finding, and not judged by their end.
    on_desk: int
    payments: int
    parcels: int
    mails: int
    articles: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What an audit came to."""

    findings: tuple[Finding, ...]
    #: Orders that have not ended.
    open: tuple[str, ...]
    checked: Checked

    @property
    def clean(self) -> bool:
        """Whether everything adds up."""
        return not self.findings
