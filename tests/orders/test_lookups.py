"""Look-ups in the order store."""

from pathlib import Path

import pytest

import orders.services
from orders.domain.errors import OrderNotFoundError
from orders.lookups import get_customer, get_record
from tests.builders import a_customer, a_stored_order
from tests.shop import settings_in


def test_record_and_customer_are_found(tmp_path: Path) -> None:
    """By the order ID."""
    with orders.services.override(orders.services.build(settings_in(tmp_path))) as built:
        built.order_store.place(a_stored_order("o"), a_customer(), "f")

        assert get_record("o").order == a_stored_order("o")
        assert get_customer("o") == a_customer()


def test_unknown_order_is_a_fault(tmp_path: Path) -> None:
    """An activity cannot continue without it, and a request is answered with 404."""
    with orders.services.override(orders.services.build(settings_in(tmp_path))):
        for look_up in (get_record, get_customer):
            with pytest.raises(OrderNotFoundError):
                look_up("o")
