"""Look-ups of an order that must exist."""

from orders.domain.errors import OrderNotFoundError
from orders.domain.order import Customer
from orders.domain.order_record import OrderRecord
from orders.services import services


def get_record(order_id: str) -> OrderRecord:
    """Return the order's record.

    Raises:
        OrderNotFoundError: no order has this ID.
    """
    record = services().order_store.find(order_id)
    if record is None:
        raise OrderNotFoundError
    return record


def get_customer(order_id: str) -> Customer:
    """Return the order's personal part.

    Raises:
        OrderNotFoundError: no order has this ID.
    """
    customer = services().order_store.customer(order_id)
    if customer is None:
        raise OrderNotFoundError
    return customer
