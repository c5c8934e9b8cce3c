"""Waiting orders: begin an outage, place an order that waits, lose the events that wake it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any
from unittest import mock

import azure.durable_functions as df

from orders.domain.waits import WaitPolicy
from tests.builders import an_order
from tests.faults import Outage
from tests.shop import Shop


def use_default_waits(shop: Shop, waits: WaitPolicy | None = None, **ports: object) -> None:
    """Let orders wait as long as the default settings say; use these ports."""
    settings = replace(shop.services.settings, waits=waits or WaitPolicy())
    shop.replace_ports(settings=settings, **ports)


def begin_outage(shop: Shop, port: str, *methods: str, waits: WaitPolicy | None = None) -> Outage:
    """Let a partner be unavailable; orders wait as long as the default settings say."""
    outage = Outage(getattr(shop.services, port), *methods)
    use_default_waits(shop, waits, **{port: outage})
    return outage


def place_waiting_order(shop: Shop) -> str:
    """Place an order, and return its ID when it waits."""
    order_id = shop.place(an_order())
    shop.let_minutes_pass(1)
    assert shop.get(order_id)["status"] == "waiting"
    return order_id


@contextmanager
def losing_wakes() -> Iterator[None]:
    """Lose every event until the block ends: the service dies between a write and its event."""

    async def lose(client: df.DurableOrchestrationClient, *event: Any) -> None:  # noqa: ANN401, ARG001 - any event
        raise ConnectionError

    with mock.patch.object(df.DurableOrchestrationClient, "raise_event", lose):
        yield
