"""Orders survive `kill -9` of host and workers at random times.

KILLS=20 ORDERS=50 ./scripts/test -k killed
"""

import os
import random
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.acceptance.service import Service, effects_of_completed_orders
from tests.builders import an_order

KILLS = int(os.environ.get("KILLS", "5"))
ORDERS = int(os.environ.get("ORDERS", "20"))
#: With retries, so that many orders wait for durable timers when the service is killed.
METHODS = ("pm_card_visa", "pm_sandbox_flaky", "pm_sandbox_timeoutAfterEffect")
LONGEST_RUN_SECONDS = 0.5


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Service]:
    """Run a service with a data folder of its own."""
    started = Service(tmp_path)
    yield started
    started.close()


def place(service: Service, number: int, delay_seconds: float) -> str:
    """Place an order after a delay."""
    time.sleep(delay_seconds)
    order = an_order(payment_method=METHODS[number % len(METHODS)])
    return service.place(order, f"order-{number}")


def test_orders_of_a_killed_service_are_completed_once(service: Service) -> None:
    """Each with one authorization, one capture, one shipment and one email."""
    seed = time.time_ns()
    print(f"seed {seed}")  # noqa: T201 - shown if the test fails
    times = random.Random(seed)  # noqa: S311 - no secret
    with ThreadPoolExecutor(ORDERS) as customers:
        placing = [
            customers.submit(place, service, n, times.uniform(0, KILLS * LONGEST_RUN_SECONDS))
            for n in range(ORDERS)
        ]
        for _ in range(KILLS):
            time.sleep(times.uniform(0, LONGEST_RUN_SECONDS))
            service.kill()
        order_ids = [placed.result() for placed in placing]

    orders = [service.wait_for_end(order_id) for order_id in order_ids]

    assert [order["status"] for order in orders] == ["completed"] * ORDERS
    assert all(order["trackingNumber"] for order in orders)
    assert service.effects() == effects_of_completed_orders(order_ids)
