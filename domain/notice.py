"""What does the customer read when the order did not come about?"""

from enum import StrEnum
from html import escape
from typing import Final

from domain.confirmation import Mail
from domain.money import Money
from domain.order import Order, Person
from domain.outcome import OrderStatus, Outcome, Reason


class Notice(StrEnum):
    """What there is to tell."""

    #: The order could not be carried out; no money was taken.
    REJECTED = "rejected"
    #: The order was stopped as the customer wished; no money was taken.
    CANCELED = "canceled"
    #: The order did not come about, and money that had been taken is paid back.
    REFUNDED = "refunded"


_SUBJECTS: Final = {
    Notice.REJECTED: "Your order {id} could not be carried out",
    Notice.CANCELED: "Your order {id} is canceled",
    Notice.REFUNDED: "Your money for the order {id} is paid back",
}

_SORRY: Final = "we are sorry: your order could not be carried out. {why}"
_AS_YOU_WISHED: Final = "your order is canceled, as you wished."
_NOTHING_TAKEN: Final = (
    "Nothing was charged and nothing will be sent. If an amount was held on your card, it is free "
    "again as soon as your bank has noticed."
)
_PAID_BACK: Final = (
    "We had taken {total} and are paying all of it back, the way you paid. Nothing will be sent."
)

_PART_BACK: Final = (
    "we are paying {amount} of the {total} back that your order cost, the way you paid."
)
_ALL_BACK: Final = "we are paying all of the {total} back that your order cost, the way you paid."
_WHEN: Final = "Your bank shows it within a few days."

#: In the customer's words; of other reasons the customer learns no more than the apology.
_WHY: Final[dict[str | None, str]] = {
    Reason.QUANTITY_ABOVE_LIMIT: "You ordered more of an article than we sell at once.",
    Reason.COUNTRY_NOT_SERVED: "We do not ship to your country.",
    Reason.DISCONTINUED: "We do not sell one of the articles any more.",
    Reason.OUT_OF_STOCK: "There are not enough of one of the articles left.",
    Reason.CARD_DECLINED: "Your bank declined the payment.",
    Reason.INSUFFICIENT_FUNDS: "Your account does not cover the amount.",
    Reason.EXPIRED_CARD: "Your card has expired.",
    Reason.INCORRECT_CVC: "The security code does not match your card.",
    Reason.PROCESSING_ERROR: "Your bank could not process the payment. Please try again later.",
    Reason.CUSTOMER_ACTION_REQUIRED: "Your bank wanted you to confirm the payment.",
    Reason.UNKNOWN_PAYMENT_METHOD: "We do not know the payment method.",
    Reason.CAPTURE_REFUSED: "Your bank did not hand over the amount that it had held for us.",
    Reason.ADDRESS_REFUSED: "Our carrier does not deliver to your address.",
    Reason.UNAVAILABLE: "A service that we need was out of reach. Please try again later.",
}


def notice_of(outcome: Outcome, *, refunded: bool) -> Notice:
    """What to tell of an order that was undone."""
    if refunded:
        return Notice.REFUNDED
    return Notice.CANCELED if outcome.status is OrderStatus.CANCELED else Notice.REJECTED


def letter(order: Order, person: Person, notice: Notice, reason: str | None) -> Mail:
    """Tell the customer that the order did not come about, why, and where the money is."""
    first = _AS_YOU_WISHED
    if reason != Reason.CANCELED:
        first = _SORRY.format(why=_WHY.get(reason, "")).strip()
    money = _PAID_BACK if notice is Notice.REFUNDED else _NOTHING_TAKEN
    paragraphs = (f"Hello {person.name},", first, money.format(total=order.total))
    return _mail(person, _SUBJECTS[notice].format(id=order.order_id), paragraphs)


def refund_letter(order: Order, person: Person, amount: Money) -> Mail:
    """Tell the customer what is paid back of an order that was sent."""
    money = _PART_BACK if amount != order.total else _ALL_BACK
    paragraphs = (f"Hello {person.name},", money.format(amount=amount, total=order.total), _WHEN)
    return _mail(person, _SUBJECTS[Notice.REFUNDED].format(id=order.order_id), paragraphs)


def _mail(person: Person, subject: str, paragraphs: tuple[str, ...]) -> Mail:
    return Mail(
        recipient=person.email,
        subject=subject,
        text="\n\n".join(paragraphs) + "\n",
        html=_html(paragraphs),
    )


def _html(paragraphs: tuple[str, ...]) -> str:
    body = "\n".join(f"<p>{escape(paragraph)}</p>" for paragraph in paragraphs)
    return (
        '<!doctype html>\n<html lang="en">\n<body style="font-family: sans-serif">\n'
        f"{body}\n</body>\n</html>\n"
    )
