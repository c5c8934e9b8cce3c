"""Recovery completes an order whose worker was killed mid-turn.

`LONG=1 ./scripts/test -k lost_worker` also waits for the timer, a minute or two.
"""

import os
import signal
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from orders.adapters.order_store.records import time_to_text
from orders.contracts.names import Timer
from tests.acceptance.service import Service, effects_of_completed_orders
from tests.builders import an_order
from tests.local_host.process import fetch, status, until
from tests.shop import MANAGEMENT_API

#: The carrier answers at the fourth call; the pauses between the calls grow to two seconds.
SLOW_BOOKING = an_order(postal_code="00003")
LONGEST_PAUSE_SECONDS = 2.0


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Service]:
    """Run a service whose recovery is as early as the settings allow."""
    started = Service(tmp_path, ORDERS_RECOVER_AFTER_MINUTES="1")
    yield started
    started.close()


def history(service: Service, order_id: str) -> list[dict[str, Any]]:
    """Return the history of the order's orchestration."""
    instance = service.send("GET", f"{MANAGEMENT_API}/instances/{order_id}?showHistory=true")
    events: list[dict[str, Any]] = instance.get("historyEvents", [])
    return events


def lose_worker(service: Service) -> str:
    """Place an order, kill its worker during a turn, and return the order's ID."""
    order_id = service.place(SLOW_BOOKING, "key")
    until(lambda: [e["EventType"] for e in history(service, order_id)].count("TaskFailed") == 3)
    (worker,) = service.host.workers()
    os.kill(worker, signal.SIGSTOP)
    time.sleep(LONGEST_PAUSE_SECONDS + 0.5)  # the timer fires meanwhile
    os.kill(worker, signal.SIGKILL)
    until(lambda: status(service.host, order_id)["runtimeStatus"] == "Failed")
    return order_id


def set_last_change(service: Service, order_id: str, age: timedelta) -> None:
    """Let the record say that it has not changed for a while, and that recovery is due."""
    statement = (
        "UPDATE orders SET recovery_due_at = :at, record = json_set(record, '$.updatedAt', :at)"
        " WHERE order_id = :order_id"
    )
    values = {"at": time_to_text(datetime.now(UTC) - age), "order_id": order_id}
    with closing(sqlite3.connect(service.data / "orders.sqlite3")) as store, store:
        assert store.execute(statement, values).rowcount == 1


def test_recovery_completes_the_order_of_a_lost_worker(service: Service) -> None:
    """Nothing is done twice."""
    order_id = lose_worker(service)
    assert service.send("GET", f"/api/orders/{order_id}")["status"] == "processing"
    set_last_change(service, order_id, timedelta(minutes=2))

    path = f"/admin/functions/{Timer.RECOVER_ORDERS}"
    assert fetch(service.host.base_url, "POST", path, b"{}")[0] == 202

    assert service.wait_for_end(order_id)["status"] == "completed"
    assert service.effects() == effects_of_completed_orders([order_id])


@pytest.mark.skipif(not os.environ.get("LONG"), reason="waits for minutes")
@pytest.mark.timeout(300)
def test_recovery_after_a_lost_worker_starts_by_itself(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The timer fires every minute; the order is recovered after one minute at the earliest."""
    monkeypatch.setattr("tests.acceptance.service.TIMEOUT_SECONDS", 200)
    order_id = lose_worker(service)

    assert service.wait_for_end(order_id)["status"] == "completed"
    assert service.effects() == effects_of_completed_orders([order_id])
