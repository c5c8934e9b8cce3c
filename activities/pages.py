"""Where do activities read what the order's history must not carry?"""

from bootstrap import services
from domain.errors import UnknownOrder
from domain.order import Order, Person
from domain.record import OrderRecord


def record_of(order_id: str) -> OrderRecord:
    """The order's page in the book."""
    record = services().order_book.find(order_id)
    if record is None:
        raise UnknownOrder
    return record


def order_of(order_id: str) -> Order:
    """The order as it was placed."""
    return record_of(order_id).order


def person_of(order_id: str) -> Person:
    """The order's personal part."""
    person = services().order_book.person(order_id)
    if person is None:
        raise UnknownOrder
    return person
