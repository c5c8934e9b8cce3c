"""The order service as people run it: processes that can be killed, and ledgers to look into."""

import http.client
import json
import sqlite3
import time
from collections import Counter
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from tests.local_host.process import HostProcess
from tests.shop import APP

PATIENCE_SECONDS = 60

LEDGERS = ("payments", "shipments", "outbox")
DONE = ("authorized", "captured", "booked", "dispatched", "sent")


def done_once(order_ids: Iterable[str]) -> Counter[tuple[str, str]]:
    """The effects of orders that were completed: nothing left out, and nothing done twice."""
    return Counter((order_id, kind) for order_id in order_ids for kind in DONE)


class Service:
    """The order service as a process tree that is killed again and again."""

    def __init__(self, data: Path, **environment: str) -> None:
        self.data = data
        self._environment = {"ORDERS_DATA_DIR": str(data), **environment}
        self.host = HostProcess(APP, data, environment=self._environment)

    def kill(self) -> None:
        """End everything at once, and start it again."""
        self.host.kill()
        self.host = HostProcess(APP, self.data, environment=self._environment)

    def close(self) -> None:
        """End everything for good."""
        self.host.kill()

    def send(self, method: str, path: str, body: object = None, **headers: str) -> Any:  # noqa: ANN401 (JSON)
        """Send a request until somebody answers, as a client with a retry does."""
        end = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < end:
            address = urlsplit(self.host.base_url).netloc
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

    def place(self, order: dict[str, Any], key: str) -> str:
        """Place an order under a key of its own; repeated until it is acknowledged."""
        placed = self.send("POST", "/api/orders", order, **{"Idempotency-Key": key})
        order_id: str = placed["orderId"]
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

    def effects(self) -> Counter[tuple[str, str]]:
        """How often each order had each effect, from the ledgers themselves."""
        with closing(sqlite3.connect(self.data / "sandbox.sqlite3")) as sandbox:
            return Counter(
                (order_id, kind)
                for table in LEDGERS
                for order_id, kind in sandbox.execute(f"SELECT order_id, kind FROM {table}")  # noqa: S608 (our names)
                if kind not in {"fault", "pending"}
            )
