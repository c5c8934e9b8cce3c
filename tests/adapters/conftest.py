"""What the tests of several adapters share."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from orders.ports.order_store import OrderStore
from tests.adapters.books import Shelf, in_sqlite, in_tables
from tests.adapters.gateways import Gateway, sandbox_gateway, stripe_gateway
from tests.stripe_server import Stripe, serving


@pytest.fixture(params=[sandbox_gateway, stripe_gateway])
def gateway(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Gateway]:
    """A payment gateway that never saw an order."""
    with request.param(tmp_path) as opened:
        yield opened


@pytest.fixture
def stripe() -> Iterator[Stripe]:
    """A Stripe without payments."""
    with serving() as opened:
        yield opened


@pytest.fixture(params=[in_sqlite, in_tables], ids=["SQLite", "Azure Tables"])
def shelf(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Shelf]:
    """An empty order book with all its parts, in each of the places where it can lie."""
    with request.param(tmp_path) as opened:
        yield opened


@pytest.fixture
def book(shelf: Shelf) -> OrderStore:
    """An empty order book."""
    return shelf.book
