"""Fixtures of the adapter tests: every implementation of a port."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from orders.ports.order_store import OrderStore
from tests.adapters.gateways import Gateway, sandbox_gateway, stripe_gateway
from tests.adapters.stores import Backend, sqlite_backend, tables_backend
from tests.builders import a_customer, a_stored_order
from tests.stripe_server import Stripe, serving


@pytest.fixture(params=[sandbox_gateway, stripe_gateway], ids=["sandbox", "Stripe"])
def gateway(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Gateway]:
    """A payment gateway without payments."""
    with request.param(tmp_path) as opened:
        yield opened


@pytest.fixture
def stripe() -> Iterator[Stripe]:
    """A simulated Stripe without payments."""
    with serving() as server:
        yield server


@pytest.fixture(params=[sqlite_backend, tables_backend], ids=["SQLite", "Azure Tables"])
def backend(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Backend]:
    """An empty order store in each backend."""
    with request.param(tmp_path) as opened:
        yield opened


@pytest.fixture
def store(backend: Backend) -> OrderStore:
    """An empty order store."""
    return backend.store


@pytest.fixture
def placed(store: OrderStore) -> OrderStore:
    """An order store with one order."""
    store.place(a_stored_order("o"), a_customer(), "f")
    return store
