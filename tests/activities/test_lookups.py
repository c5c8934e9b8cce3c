"""What do activities find in the book?"""

from pathlib import Path

import pytest

import orders.services
from activities.lookups import get_customer, get_order_of
from orders.domain.errors import OrderNotFoundError
from tests.builders import a_booked_order, a_person
from tests.shop import settings_in


def test_activities_find_the_order_and_its_person(tmp_path: Path) -> None:
    """Both are read by the order's id."""
    with orders.services.override(orders.services.build(settings_in(tmp_path))) as bound:
        bound.order_store.place(a_booked_order("o"), a_person(), "f")

        assert get_order_of("o") == a_booked_order("o")
        assert get_customer("o") == a_person()


def test_an_order_that_is_not_there_is_a_fault(tmp_path: Path) -> None:
    """An activity cannot go on without it."""
    with orders.services.override(orders.services.build(settings_in(tmp_path))):
        for find in (get_order_of, get_customer):
            with pytest.raises(OrderNotFoundError):
                find("o")
