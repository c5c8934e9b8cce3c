"""What does the customer read when the order is on its way?"""

from dataclasses import dataclass
from html import escape

from domain.order import Order, Person


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """A mail to one person, in two forms that say the same."""

    recipient: str
    subject: str
    text: str
    html: str


def confirmation(order: Order, person: Person, tracking_number: str) -> Mail:
    """Tell the customer what was ordered, what it costs and how to follow the parcel."""
    return Mail(
        recipient=person.email,
        subject=f"Your order {order.order_id} is on its way",
        text=_text(order, person, tracking_number),
        html=_html(order, person, tracking_number),
    )


def _text(order: Order, person: Person, tracking_number: str) -> str:
    lines = "\n".join(f"  {line.quantity} x {line.name}: {line.total}" for line in order.lines)
    quote = order.quote
    return (
        f"Hello {person.name},\n\nyour order is on its way:\n\n{lines}\n"
        f"  Shipping, {quote.shipping_method}: {quote.shipping}\n\n"
        f"Total: {quote.total}, of which {quote.tax} tax\nTracking number: {tracking_number}\n"
    )


def _html(order: Order, person: Person, tracking_number: str) -> str:
    rows = "".join(
        f"<tr><td>{line.quantity} x {escape(line.name)}</td>"
        f'<td align="right">{line.total}</td></tr>\n'
        for line in order.lines
    )
    quote = order.quote
    return (
        '<!doctype html>\n<html lang="en">\n<body style="font-family: sans-serif">\n'
        f"<p>Hello {escape(person.name)},</p>\n<p>your order is on its way:</p>\n"
        f'<table cellpadding="4">\n{rows}'
        f"<tr><td>Shipping, {quote.shipping_method}</td>"
        f'<td align="right">{quote.shipping}</td></tr>\n'
        f'<tr><th align="left">Total</th><th align="right">{quote.total}</th></tr>\n'
        f'<tr><td>of which tax</td><td align="right">{quote.tax}</td></tr>\n</table>\n'
        f"<p>Tracking number: <strong>{escape(tracking_number)}</strong></p>\n</body>\n</html>\n"
    )
