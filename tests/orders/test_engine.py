"""Faults of the durable client: translated, and never taken for a result."""

import asyncio

import pytest

from orders.domain.errors import EngineUnavailableError
from orders.domain.recovery import Phase
from orders.engine.client import read_stock
from orders.engine.instances import Instance, get_instance, start_order
from tests.orders.failing_client import FailingClient


@pytest.mark.usefixtures("shop")
def test_start_that_another_caller_won_counts_as_started() -> None:
    """The engine refuses the second start, but the instance exists."""
    moment = "2026-03-01T12:00:00Z"
    running = {"runtimeStatus": "Running", "createdTime": moment, "lastUpdatedTime": moment}

    asyncio.run(start_order(FailingClient(status=running), "ord_1"))  # type: ignore[arg-type]


@pytest.mark.usefixtures("shop")
@pytest.mark.parametrize("is_reachable", [True, False])
def test_failed_start_is_reported(*, is_reachable: bool) -> None:
    """The order is stored: the caller repeats the request."""
    with pytest.raises(EngineUnavailableError):
        asyncio.run(start_order(FailingClient(is_reachable=is_reachable), "ord_1"))  # type: ignore[arg-type]


def test_unknown_instance_is_absent() -> None:
    """The SDK returns an empty status for an unknown ID."""
    instance = asyncio.run(get_instance(FailingClient(), "ord_1"))  # type: ignore[arg-type]

    assert instance == Instance(phase=Phase.ABSENT)


def test_status_without_content_is_a_fault() -> None:
    """The SDK returns a fault of the engine as a status with a message."""
    with pytest.raises(EngineUnavailableError):
        asyncio.run(get_instance(FailingClient(status={"Message": "it broke"}), "ord_1"))  # type: ignore[arg-type]


def test_unreadable_stock_is_a_fault() -> None:
    """Otherwise the opening balance would be shown."""
    with pytest.raises(EngineUnavailableError):
        asyncio.run(read_stock(FailingClient(), "MUG-BLUE"))  # type: ignore[arg-type]
