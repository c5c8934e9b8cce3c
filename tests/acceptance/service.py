"""The order service as a process tree that tests kill, and its sandbox ledgers."""

import http.client
import json
import time
from collections import Counter
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from orders.adapters.carrier.sandbox import SandboxCarrier
from orders.adapters.mailer.sandbox import SandboxMailer
from orders.adapters.payments.sandbox.gateway import SandboxPayments
from orders.adapters.system_clock import SystemClock
from tests.local_host.process import HostProcess
from tests.shop import APP, COMPLETED_EFFECTS

TIMEOUT_SECONDS = 60
#: Kinds of ledger rows that are no effect: the sandbox was made to fail or to be slow.
_NO_EFFECTS = {"fault", "pending"}


def effects_of_completed_orders(order_ids: Iterable[str]) -> Counter[tuple[str, str]]:
    """Return every effect of each order, once."""
    return Counter((order_id, kind) for order_id in order_ids for kind in COMPLETED_EFFECTS)


class Service:
    """The order service in processes of its own."""

    def __init__(self, data: Path, **environment: str) -> None:
        self.data = data
        self._environment = {"ORDERS_DATA_DIR": str(data), **environment}
        self.host = HostProcess(APP, data, environment=self._environment)

    def kill(self) -> None:
        """Kill all processes at once, and start the service again."""
        self.host.kill()
        self.host = HostProcess(APP, self.data, environment=self._environment)

    def close(self) -> None:
        """Kill all processes for good."""
        self.host.kill()

    def send(self, method: str, path: str, body: object = None, **headers: str) -> Any:  # noqa: ANN401 - JSON
        """Repeat a request until the service responds, as a client with retries does."""
        deadline = time.monotonic() + TIMEOUT_SECONDS
        while time.monotonic() < deadline:
            address = urlsplit(self.host.base_url).netloc
            try:
                with closing(http.client.HTTPConnection(address, timeout=10)) as connection:
                    all_headers = {"Content-Type": "application/json", **headers}
                    connection.request(method, path, json.dumps(body), all_headers)
                    response = connection.getresponse()
                    if response.status < 500:
                        return json.loads(response.read())
            except (OSError, http.client.HTTPException):
                pass  # it is being killed or started
            time.sleep(0.01)
        raise AssertionError(f"no response to {method} {path}")

    def place(self, order: dict[str, Any], key: str) -> str:
        """Place an order with an idempotency key, and return its ID."""
        placed = self.send("POST", "/api/orders", order, **{"Idempotency-Key": key})
        order_id: str = placed["orderId"]
        return order_id

    def wait_for_end(self, order_id: str) -> dict[str, Any]:
        """Return the order once it has ended."""
        deadline = time.monotonic() + TIMEOUT_SECONDS
        while time.monotonic() < deadline:
            order: dict[str, Any] = self.send("GET", f"/api/orders/{order_id}")
            if order["status"] not in {"placed", "processing"}:
                return order
            time.sleep(0.02)
        raise AssertionError(f"the order has not ended: {order}")

    def effects(self) -> Counter[tuple[str, str]]:
        """Return how often each order had each effect, from the sandbox ledgers."""
        path, clock = self.data / "sandbox.sqlite3", SystemClock()
        ledgers = (
            SandboxPayments(path, clock).ledger,
            SandboxCarrier(path, clock).ledger,
            SandboxMailer(path, clock).outbox,
        )
        rows = [(row.order_id, row.kind) for ledger in ledgers for row in ledger.entries()]
        return Counter((order_id, kind) for order_id, kind in rows if kind not in _NO_EFFECTS)
