"""Does an order survive anything? Host and worker are killed at random instants.

KILLS=20 ORDERS=50 ./scripts/test -k killed
"""

import http.client
import json
import os
import random
import sqlite3
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.builders import an_order
from tests.local_host.process import HostProcess
from tests.shop import APP

KILLS = int(os.environ.get("KILLS", "5"))
ORDERS = int(os.environ.get("ORDERS", "20"))
PATIENCE_SECONDS = 60
#: Orders that take a while, so that a kill meets them at work: retries wait for durable timers.
METHODS = ("pm_card_visa", "pm_sandbox_flaky", "pm_sandbox_timeoutAfterEffect")
LONGEST_RUN_SECONDS = 0.5


#: What a completed order leaves in each ledger.
LEDGERS = {
    "payments": ("authorized", "captured"),
    "parcels": ("booked", "released"),
    "outbox": ("sent",),
}


class Service:
    """The order service as a process tree that is killed again and again."""

    def __init__(self, data: Path) -> None:
        self.data = data
        self._environment = {"ORDERS_DATA_DIR": str(data)}
        self._host = HostProcess(APP, data, environment=self._environment)

    def kill(self) -> None:
        """End everything at once, and start it again."""
        self._host.kill()
        self._host = HostProcess(APP, self.data, environment=self._environment)

    def close(self) -> None:
        """End everything for good."""
        self._host.kill()

    def send(self, method: str, path: str, body: object = None, **headers: str) -> Any:  # noqa: ANN401 (JSON)
        """Send a request until somebody answers, as a client with a retry does."""
        end = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < end:
            address = urlsplit(self._host.base_url).netloc
            try:
                with closing(http.client.HTTPConnection(address, timeout=10)) as connection:
                    sent = {"Content-Type": "application/json", **headers}
                    connection.request(method, path, json.dumps(body), sent)
                    answer = connection.getresponse()
                    if answer.status < 500:
                        return json.loads(answer.read())
            except (OSError, http.client.HTTPException):
                pass
            time.sleep(0.01)
        raise AssertionError(f"{method} {path} was never answered")

    def place(self, number: int, after_seconds: float) -> str:
        """Place an order under a key of its own; repeated until it is acknowledged."""
        time.sleep(after_seconds)
        order = an_order(payment_method=METHODS[number % len(METHODS)])
        key = {"Idempotency-Key": f"order-{number}"}
        order_id: str = self.send("POST", "/api/orders", order, **key)["orderId"]
        return order_id

    def end_of(self, order_id: str) -> dict[str, Any]:
        """The order once it has ended."""
        end = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < end:
            shown: dict[str, Any] = self.send("GET", f"/api/orders/{order_id}")
            if shown["status"] not in {"placed", "processing"}:
                return shown
            time.sleep(0.02)
        raise AssertionError(f"{order_id} never ended: {shown}")

    def effects(self, table: str) -> Counter[tuple[str, str]]:
        """How often each order had each effect, from the ledger itself."""
        with closing(sqlite3.connect(self.data / "sandbox.sqlite3")) as ledger:
            rows = ledger.execute(
                f"SELECT order_id, kind FROM {table} WHERE kind <> 'fault'"  # noqa: S608 (our names)
            )
            return Counter((order_id, kind) for order_id, kind in rows)


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Service]:
    """A service with a data folder of its own."""
    started = Service(tmp_path)
    yield started
    started.close()


def test_orders_that_are_killed_at_random_instants_are_done_once(service: Service) -> None:
    """All end completed; each with one authorization, one capture, one parcel and one mail."""
    seed = time.time_ns()
    print(f"seed {seed}")  # noqa: T201 (shown when the test fails)
    instants = random.Random(seed)  # noqa: S311 (no secret)
    with ThreadPoolExecutor(ORDERS) as customers:
        placing = [
            customers.submit(service.place, n, instants.uniform(0, KILLS * LONGEST_RUN_SECONDS))
            for n in range(ORDERS)
        ]
        for _ in range(KILLS):
            time.sleep(instants.uniform(0, LONGEST_RUN_SECONDS))
            service.kill()
        order_ids = [placed.result() for placed in placing]

    ends = [service.end_of(order_id) for order_id in order_ids]

    assert [end["status"] for end in ends] == ["completed"] * ORDERS
    assert all(end["trackingNumber"] for end in ends)
    for table, kinds in LEDGERS.items():
        once = Counter({(order_id, kind): 1 for order_id in order_ids for kind in kinds})
        assert service.effects(table) == once
