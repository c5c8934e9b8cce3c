"""Emails to customers: confirmation, delay, outcome of an undone order, refund."""

from dataclasses import dataclass
from enum import StrEnum
from html import escape
from typing import Final

from orders.domain.catalogue import ShippingMethod
from orders.domain.money import Money
from orders.domain.order import Customer, Order
from orders.domain.outcome import CANCEL_REASONS, OrderStatus, Outcome, Reason


class EmailKind(StrEnum):
    """Emails about an order. The email about a refund is identified by the refund's ID."""

    #: The order is on its way.
    CONFIRMATION = "confirmation"
    #: The order could not be completed; nothing was captured.
    REJECTED = "rejected"
    #: The order was canceled by request; nothing was captured.
    CANCELED = "canceled"
    #: The order, or its undoing, takes longer than usual.
    DELAYED = "delayed"
    #: The order was not completed, and the captured amount is refunded.
    REFUNDED = "refunded"


@dataclass(frozen=True, slots=True, kw_only=True)
class Email:
    """An email to one recipient; text and HTML say the same."""

    recipient: str
    subject: str
    text: str
    html: str


_SUBJECTS: Final = {
    EmailKind.CONFIRMATION: "Your order {id} is on its way",
    EmailKind.REJECTED: "Your order {id} could not be completed",
    EmailKind.CANCELED: "Your order {id} is canceled",
    EmailKind.DELAYED: "Your order {id} takes longer than usual",
    EmailKind.REFUNDED: "Your order {id} was not completed, and we refund your payment",
}
_CANCELED_AND_REFUNDED_SUBJECT: Final = "Your order {id} is canceled, and we refund your payment"
_REFUND_SUBJECT: Final = "Your refund for order {id}"

_SHIPPING: Final = {
    ShippingMethod.STANDARD: "Standard shipping",
    ShippingMethod.EXPRESS: "Express shipping",
}

_ON_ITS_WAY: Final = "Your order is on its way."
_DELAYED: Final = (
    "Your order takes longer than usual, because a service that we need is not available at the"
    " moment."
)
_DELAYED_NEXT: Final = (
    "You do not need to do anything. We continue as soon as the service is available again, and"
    " then send you another email."
)
_UNDO_DELAYED: Final = (
    "We are stopping your order. This takes longer than usual, because a service that we need is"
    " not available at the moment."
)
_UNDO_DELAYED_NEXT: Final = (
    "Nothing will be shipped. We send you another email as soon as the order is stopped and any"
    " payment is returned."
)
_NOT_COMPLETED: Final = "We are sorry, but we could not complete your order. {why}"
_CANCELED: Final = "Your order is canceled, as you requested."
_CANCELED_BY_US: Final = "We are sorry, but we had to cancel your order."
_NOTHING_CHARGED: Final = "Nothing was charged, and nothing will be shipped."
_RESERVATION: Final = (
    " If your bank reserved the amount on your card, it releases the reservation within a few days."
)
_REFUNDING_ALL: Final = (
    "We charged {total} and are refunding the full amount to your payment method. Your bank usually"
    " shows it within a few days. Nothing will be shipped."
)
_REFUNDING: Final = (
    "We are refunding {amount} of the {total} that you paid for your order to your payment method."
)
_REFUNDING_TOTAL: Final = (
    "We are refunding the full {total} that you paid for your order to your payment method."
)
_ARRIVAL: Final = "Your bank usually shows it within a few days."

_HAPPENED: Final[dict[str | None, str]] = {
    Reason.CANCELED: _CANCELED,
    Reason.STOPPED_BY_OPERATOR: _CANCELED_BY_US,
}

#: Reasons that help the customer. For all others the email gives no reason.
_WHY: Final[dict[str | None, str]] = {
    Reason.QUANTITY_ABOVE_LIMIT: "You ordered more of one product than we sell in one order.",
    Reason.COUNTRY_NOT_SERVED: "We do not ship to your country.",
    Reason.DISCONTINUED: "We no longer sell one of the products.",
    Reason.TOTAL_BELOW_MINIMUM: "The total is too small to be paid by card.",
    Reason.TOTAL_ABOVE_MAXIMUM: "The total is too large to be paid by card.",
    Reason.TOTAL_NOT_PAYABLE: "The exact total cannot be paid by card.",
    Reason.OUT_OF_STOCK: "We do not have enough of one of the products in stock.",
    Reason.CARD_DECLINED: "Your bank declined the payment.",
    Reason.INSUFFICIENT_FUNDS: "Your account does not cover the amount.",
    Reason.EXPIRED_CARD: "Your card has expired.",
    Reason.INCORRECT_CVC: "The security code does not match your card.",
    Reason.PROCESSING_ERROR: "Your bank could not process the payment. Please try again later.",
    Reason.CUSTOMER_ACTION_REQUIRED: (
        "Your bank asks you to confirm the payment, which our shop does not support yet. Please use"
        " another payment method."
    ),
    Reason.UNKNOWN_PAYMENT_METHOD: "The payment method is not valid.",
    Reason.UNUSABLE_PAYMENT_METHOD: (
        "The payment method cannot be used for this order. Please order again and enter it anew."
    ),
    Reason.CAPTURE_REFUSED: "Your bank did not release the payment to us.",
    Reason.AUTHORIZATION_LAPSED: "Your bank did not release the payment to us.",
    Reason.ADDRESS_REFUSED: "Our carrier does not deliver to your address.",
    Reason.UNAVAILABLE: "A service that we need was unavailable. Please try again later.",
}


#: Reasons that stop an order before the bank is called.
_BEFORE_PAYMENT: Final[frozenset[str | None]] = frozenset(
    {
        Reason.QUANTITY_ABOVE_LIMIT,
        Reason.COUNTRY_NOT_SERVED,
        Reason.DISCONTINUED,
        Reason.TOTAL_BELOW_MINIMUM,
        Reason.TOTAL_ABOVE_MAXIMUM,
        Reason.TOTAL_NOT_PAYABLE,
        Reason.OUT_OF_STOCK,
        Reason.UNUSABLE_PAYMENT_METHOD,
    }
)


def outcome_email_kind(outcome: Outcome, *, refunded: bool) -> EmailKind:
    """Return the kind of email for an order that was undone."""
    if refunded:
        return EmailKind.REFUNDED
    is_canceled = outcome.status is OrderStatus.CANCELED
    return EmailKind.CANCELED if is_canceled else EmailKind.REJECTED


def confirmation_email(order: Order, customer: Customer, tracking_number: str) -> Email:
    """Write the confirmation: what was ordered, what it costs, how to track the shipment."""
    quote = order.quote
    lines = [(f"{line.quantity} x {line.name}", str(line.total)) for line in order.lines]
    lines.append((_SHIPPING[quote.shipping_method], str(quote.shipping)))
    items = "\n".join(f"  {label}: {amount}" for label, amount in lines)
    rows = "".join(
        f'<tr><td>{escape(label)}</td><td align="right">{amount}</td></tr>\n'
        for label, amount in lines
    )
    return Email(
        recipient=customer.email,
        subject=_SUBJECTS[EmailKind.CONFIRMATION].format(id=order.order_id),
        text=(
            f"Hello {customer.name},\n\n{_ON_ITS_WAY}\n\n{items}\n\n"
            f"Total: {quote.total}, including {quote.tax} tax\n"
            f"Tracking number: {tracking_number}\n"
        ),
        html=_document(
            f"<p>Hello {escape(customer.name)},</p>\n<p>{_ON_ITS_WAY}</p>\n"
            f'<table cellpadding="4">\n{rows}'
            f'<tr><th align="left">Total</th><th align="right">{quote.total}</th></tr>\n'
            f'<tr><td>including tax</td><td align="right">{quote.tax}</td></tr>\n</table>\n'
            f"<p>Tracking number: <strong>{escape(tracking_number)}</strong></p>"
        ),
    )


def outcome_email(order: Order, customer: Customer, kind: EmailKind, reason: str | None) -> Email:
    """Write the email about an undone order: what happened, why, and where the money is."""
    happened = _HAPPENED.get(reason)
    if happened is None:
        happened = _NOT_COMPLETED.format(why=_WHY.get(reason, "")).strip()
    money = _NOTHING_CHARGED
    if kind is EmailKind.REFUNDED:
        money = _REFUNDING_ALL.format(total=order.total)
    elif reason not in _BEFORE_PAYMENT:
        money += _RESERVATION
    is_refunded_cancellation = kind is EmailKind.REFUNDED and reason in CANCEL_REASONS
    subject = _CANCELED_AND_REFUNDED_SUBJECT if is_refunded_cancellation else _SUBJECTS[kind]
    return _email(order, customer, subject, happened, money)


def delay_email(order: Order, customer: Customer, *, is_being_undone: bool) -> Email:
    """Write the email about an order that waits for a partner."""
    paragraphs = (
        (_UNDO_DELAYED, _UNDO_DELAYED_NEXT) if is_being_undone else (_DELAYED, _DELAYED_NEXT)
    )
    return _email(order, customer, _SUBJECTS[EmailKind.DELAYED], *paragraphs)


def refund_email(order: Order, customer: Customer, amount: Money) -> Email:
    """Write the email about a refund of a completed order."""
    money = _REFUNDING if amount != order.total else _REFUNDING_TOTAL
    happened = money.format(amount=amount, total=order.total)
    return _email(order, customer, _REFUND_SUBJECT, happened, _ARRIVAL)


def _email(order: Order, customer: Customer, subject: str, *paragraphs: str) -> Email:
    paragraphs = (f"Hello {customer.name},", *paragraphs)
    return Email(
        recipient=customer.email,
        subject=subject.format(id=order.order_id),
        text="\n\n".join(paragraphs) + "\n",
        html=_document("\n".join(f"<p>{escape(paragraph)}</p>" for paragraph in paragraphs)),
    )


def _document(body: str) -> str:
    return (
        '<!doctype html>\n<html lang="en">\n<body style="font-family: sans-serif">\n'
        f"{body}\n</body>\n</html>\n"
    )
