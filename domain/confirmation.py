"""What does the customer read when the order is on its way?"""

from dataclasses import dataclass

from domain.order import Order, Person


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """A text mail to one person."""

    recipient: str
    subject: str
    text: str


def confirmation(order: Order, person: Person, tracking_number: str) -> Mail:
    """Tell the customer what was ordered, what it costs and how to follow the parcel."""
    lines = "\n".join(f"  {line.quantity} x {line.name}: {line.total}" for line in order.lines)
    return Mail(
        recipient=person.email,
        subject=f"Your order {order.order_id} is on its way",
        text=(
            f"Hello {person.name},\n\nyour order is on its way:\n\n{lines}\n\n"
            f"Total: {order.total}\nTracking number: {tracking_number}\n"
        ),
    )
