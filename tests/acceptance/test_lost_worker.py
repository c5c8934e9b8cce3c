"""Does the guardian's own timer bring an order to its end whose worker was killed in mid-episode?

`LONG=1 ./scripts/test -k lost_worker` also waits until it comes by itself, a minute or two.
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

from tests.acceptance.service import Service, done_once
from tests.builders import an_order
from tests.local_host.process import HOOK, fetch, status, until

#: The carrier says three times that it is not done yet; the pauses grow to two seconds.
SLOW = an_order(postal_code="00003")
LONGEST_PAUSE_SECONDS = 2.0


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Service]:
    """A service whose guardian is as impatient as it can be."""
    started = Service(tmp_path, ORDERS_RECOVER_AFTER_MINUTES="1")
    yield started
    started.close()


def history(service: Service, order_id: str) -> list[dict[str, Any]]:
    """What the host has recorded of the order."""
    shown = service.send("GET", f"{HOOK}/instances/{order_id}?showHistory=true")
    events: list[dict[str, Any]] = shown.get("historyEvents", [])
    return events


def lost_in_mid_episode(service: Service) -> str:
    """An order whose worker had been handed an episode, and never answered."""
    order_id = service.place(SLOW, "key")
    until(lambda: [e["EventType"] for e in history(service, order_id)].count("TaskFailed") == 3)
    (worker,) = service.host.workers()
    os.kill(worker, signal.SIGSTOP)
    time.sleep(LONGEST_PAUSE_SECONDS + 0.5)  # the timer fires meanwhile
    os.kill(worker, signal.SIGKILL)
    until(lambda: status(service.host, order_id)["runtimeStatus"] == "Failed")
    return order_id


def age(service: Service, order_id: str) -> None:
    """Let the book say that nothing was written of the order for two minutes."""
    before = (datetime.now(UTC) - timedelta(minutes=2)).isoformat()
    with closing(sqlite3.connect(service.data / "orders.sqlite3")) as book, book:
        book.execute("UPDATE orders SET updated_at = ? WHERE order_id = ?", (before, order_id))


def test_a_lost_worker_loses_no_order(service: Service) -> None:
    """The guardian's timer function finds it, and it is run again: nothing is done twice."""
    order_id = lost_in_mid_episode(service)
    assert service.send("GET", f"/api/orders/{order_id}")["status"] == "processing"
    age(service, order_id)

    assert fetch(service.host.base_url, "POST", "/admin/functions/guardOrders", b"{}")[0] == 202

    assert service.end_of(order_id)["status"] == "completed"
    assert service.effects() == done_once([order_id])


@pytest.mark.skipif(not os.environ.get("LONG"), reason="waits for minutes")
@pytest.mark.timeout(300)
def test_the_recovery_comes_by_itself_after_a_lost_worker(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every minute, and an order is left alone for a minute at least."""
    monkeypatch.setattr("tests.acceptance.service.PATIENCE_SECONDS", 200)
    order_id = lost_in_mid_episode(service)

    assert service.end_of(order_id)["status"] == "completed"
    assert service.effects() == done_once([order_id])
