"""Does an order survive anything? Host and worker are killed at random instants.

KILLS=20 ORDERS=50 ./scripts/test -k killed
"""

import os
import random
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.acceptance.service import Service, done_once
from tests.builders import an_order

KILLS = int(os.environ.get("KILLS", "5"))
ORDERS = int(os.environ.get("ORDERS", "20"))
#: Orders that take a while, so that a kill meets them at work: retries wait for durable timers.
METHODS = ("pm_card_visa", "pm_sandbox_flaky", "pm_sandbox_timeoutAfterEffect")
LONGEST_RUN_SECONDS = 0.5


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Service]:
    """A service with a data folder of its own."""
    started = Service(tmp_path)
    yield started
    started.close()


def place(service: Service, number: int, after_seconds: float) -> str:
    """Place an order after a while."""
    time.sleep(after_seconds)
    order = an_order(payment_method=METHODS[number % len(METHODS)])
    return service.place(order, f"order-{number}")


def test_orders_that_are_killed_at_random_instants_are_done_once(service: Service) -> None:
    """All end completed; each with one authorization, one capture, one parcel and one mail."""
    seed = time.time_ns()
    print(f"seed {seed}")  # noqa: T201 (shown when the test fails)
    instants = random.Random(seed)  # noqa: S311 (no secret)
    with ThreadPoolExecutor(ORDERS) as customers:
        placing = [
            customers.submit(place, service, n, instants.uniform(0, KILLS * LONGEST_RUN_SECONDS))
            for n in range(ORDERS)
        ]
        for _ in range(KILLS):
            time.sleep(instants.uniform(0, LONGEST_RUN_SECONDS))
            service.kill()
        order_ids = [placed.result() for placed in placing]

    ends = [service.end_of(order_id) for order_id in order_ids]

    assert [end["status"] for end in ends] == ["completed"] * ORDERS
    assert all(end["trackingNumber"] for end in ends)
    assert service.effects() == done_once(order_ids)
