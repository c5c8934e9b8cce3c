"""Place random orders while host and workers are killed, see each to its end, ask the audit."""

import argparse
import http.client
import json
import random
import shutil
import sys
import tempfile
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event, Thread
from typing import Any, Final
from urllib.parse import urlsplit

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from scripts.chaos_service import Service

HOOK: Final = "/runtime/webhooks/durabletask"
PATIENCE_SECONDS: Final = 600
CUSTOMERS: Final = 32
CANCELED_SHARE: Final = 0.15

METHODS: Final = (
    *("pm_card_visa",) * 6,
    *("pm_sandbox_flaky", "pm_sandbox_timeoutAfterEffect", "pm_card_chargeDeclined"),
)
#: Orders that are retried for a minute before they are undone.
SLOW_METHODS: Final = ("pm_sandbox_captureUnavailable", "pm_sandbox_unavailable")
POSTAL_CODES: Final = (*("10115",) * 6, "00001", "00002", "00003")
SKUS: Final = ("MUG-BLUE", "MUG-SAND", "GRINDER-HAND", "LAMP-OAK")


class Customers:
    """Everybody who orders, asks again, cancels and waits."""

    def __init__(self, service: Service, seed: int, *, quick: bool) -> None:
        self._service = service
        self._random = random.Random(seed)  # noqa: S311 - no secret
        self._methods = METHODS if quick else METHODS + SLOW_METHODS
        self.taken_up = 0

    def order(self) -> dict[str, Any]:
        """A random order."""
        lines = [
            {"sku": sku, "quantity": self._random.randint(1, 3)}
            for sku in self._random.sample(SKUS, self._random.randint(1, 2))
        ]
        return {
            "customer": {"name": "Ada Lovelace", "email": "ada@example.com"},
            "shippingAddress": {
                "line1": "12 Analytical Row",
                "postalCode": self._random.choice(POSTAL_CODES),
                "city": "Berlin",
                "country": "DE",
            },
            "lines": lines,
            "paymentMethod": self._random.choice(self._methods),
        }

    def see_through(self, number: int) -> dict[str, Any]:
        """Place one order, perhaps cancel it, and wait for its end."""
        body, cancels = self.order(), self._random.random() < CANCELED_SHARE
        placed = self._send("POST", "/api/orders", body, {"Idempotency-Key": f"chaos-{number}"})
        path = placed["links"]["self"]
        if cancels:
            time.sleep(self._random.uniform(0, 0.5))
            self._send("POST", f"{path}/cancel", {})
        end = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < end:
            shown = self._send("GET", path)
            if shown["status"] not in {"placed", "processing"}:
                return shown
            self._take_up(placed["orderId"])
            time.sleep(0.3)
        return shown

    def _take_up(self, order_id: str) -> None:
        """What the guardian does every minute, only sooner: a lost order is run again."""
        instance = self._send("GET", f"{HOOK}/instances/{order_id}")
        if instance.get("runtimeStatus") == "Failed":
            self.taken_up += 1
            start = f"{HOOK}/orchestrators/processOrder/{order_id}"
            self._send("POST", start, {"orderId": order_id})

    def audit(self) -> dict[str, Any]:
        """What the audit says."""
        return self._send("GET", "/api/operations/audit")

    def _send(
        self, method: str, path: str, body: object = None, headers: dict[str, str] | None = None
    ) -> dict[str, Any]:
        """Ask until somebody answers, as a client with a retry does."""
        end = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < end:
            try:
                answer = self._once(method, path, body, headers or {})
            except (OSError, http.client.HTTPException, ValueError):
                answer = None
            if answer is not None:
                return answer
            time.sleep(0.05)
        raise SystemExit(f"chaos: {method} {path} was never answered")

    def _once(
        self, method: str, path: str, body: object, headers: dict[str, str]
    ) -> dict[str, Any] | None:
        address = urlsplit(self._service.base_url).netloc
        connection = http.client.HTTPConnection(address, timeout=30)
        try:
            sent = {"Content-Type": "application/json", **headers}
            connection.request(method, path, json.dumps(body), sent)
            answer = connection.getresponse()
            text = answer.read()
            return None if answer.status >= http.client.INTERNAL_SERVER_ERROR else _object(text)
        finally:
            connection.close()


def _object(text: bytes) -> dict[str, Any]:
    found = json.loads(text) if text else {}
    return found if isinstance(found, dict) else {}


def kill_now_and_then(service: Service, every: float, seed: int, done: Event) -> None:
    """Kill a worker or everything, until all orders have ended."""
    instants = random.Random(seed)  # noqa: S311 - no secret
    while not done.wait(instants.uniform(0.5, 1.5) * every):
        if instants.random() < 0.5:  # noqa: PLR2004 - one as often as the other
            service.kill_a_worker()
        else:
            service.kill_all()


def run(service: Service, options: argparse.Namespace) -> tuple[list[dict[str, Any]], Customers]:
    """Let all orders happen, with kills in between; each as it was seen at its end."""
    customers, done = Customers(service, options.seed, quick=options.quick), Event()
    killing = Thread(target=kill_now_and_then, args=(service, options.every, options.seed, done))
    killing.start()
    try:
        with ThreadPoolExecutor(CUSTOMERS) as pool:
            ends = list(pool.map(customers.see_through, range(options.orders)))
    finally:
        done.set()
        killing.join()
    return ends, customers


def tell(
    ends: list[dict[str, Any]], service: Service, customers: Customers, report: dict[str, Any]
) -> bool:
    """Print what became of everything; whether all is well."""
    for (status, reason), count in sorted(
        Counter((end["status"], end.get("reason") or "") for end in ends).items()
    ):
        print(f"{count:6} {status} {reason}")
    print(
        f"killed: everything {service.killed_all} times, a worker {service.killed_workers} times;"
        f" {customers.taken_up} lost orders run again"
    )
    for finding in report["findings"]:
        print(f"FINDING {finding['kind']} {finding['orders']}: {finding['detail']}")
    open_orders = sum(end["status"] in {"placed", "processing"} for end in ends)
    print(f"open: {open_orders}; audit: {'clean' if report['clean'] else 'NOT CLEAN'}")
    return bool(report["clean"]) and not open_orders


def main() -> int:
    """Run it; return the exit status."""
    parser = argparse.ArgumentParser(prog="scripts/chaos", description=__doc__)
    parser.add_argument("--orders", type=int, default=1_000, help="how many orders (1000)")
    parser.add_argument("--every", type=float, default=4.0, help="seconds between two kills (4)")
    parser.add_argument("--seed", type=int, default=time.time_ns() % 10**9, help="for a repetition")
    parser.add_argument("--quick", action="store_true", help="no orders that are retried long")
    options = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="chaos-"))
    print(
        f"{options.orders} orders, a kill every {options.every} s, seed {options.seed}, in {folder}"
    )
    begun = time.monotonic()
    service = Service(folder)
    try:
        ends, customers = run(service, options)
        good = tell(ends, service, customers, customers.audit())
    finally:
        service.close()
    print(f"{time.monotonic() - begun:.0f} s")
    if good:
        shutil.rmtree(folder)
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
