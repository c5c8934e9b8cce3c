"""What do customers do while everything is killed now and then?"""

import http.client
import json
import random
import time
from typing import Any, Final
from urllib.parse import urlsplit

from scripts.chaos_service import Service

HOOK: Final = "/runtime/webhooks/durabletask"
PATIENCE_SECONDS: Final = 600
CANCELED_SHARE: Final = 0.15
#: Of the orders that are completed.
REFUNDED_SHARE: Final = 0.3

METHODS: Final = (
    *("pm_card_visa",) * 6,
    *("pm_sandbox_flaky", "pm_sandbox_timeoutAfterEffect", "pm_card_chargeDeclined"),
)
#: Orders that are retried for a minute before they are undone.
SLOW_METHODS: Final = ("pm_sandbox_captureUnavailable", "pm_sandbox_unavailable")
POSTAL_CODES: Final = (*("10115",) * 6, "00001", "00002", "00003")
SKUS: Final = ("MUG-BLUE", "MUG-SAND", "GRINDER-HAND", "LAMP-OAK")


class Customers:
    """Everybody who orders, asks again, cancels, waits, and wants some money back."""

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
        """Place one order, perhaps cancel it or have a part paid back, and wait for its end."""
        body, cancels = self.order(), self._random.random() < CANCELED_SHARE
        placed = self._send("POST", "/api/orders", body, {"Idempotency-Key": f"chaos-{number}"})
        order_id = placed["orderId"]
        if cancels:
            time.sleep(self._random.uniform(0, 0.5))
            self._send("POST", f"/api/orders/{order_id}/cancel", {})
        shown = self._wait("processOrder", order_id, {"orderId": order_id})
        if shown["status"] == "completed" and self._random.random() < REFUNDED_SHARE:
            shown = self._pay_back(order_id, number)
        return shown

    def _pay_back(self, order_id: str, number: int) -> dict[str, Any]:
        """Ask for some of the money, twice under one key, and wait until it is paid."""
        amount = {"minor": self._random.randint(1, 1_000), "currency": "EUR"}
        body = {"amount": amount, "note": "a broken cup", "operator": "chaos"}
        path, key = f"/api/operations/orders/{order_id}/refund", f"chaos-{number}"
        for _ in range(2):
            asked = self._send("POST", path, body, {"Idempotency-Key": key})
        refund_id = asked["refundId"]
        return self._wait("refundOrder", refund_id, {"orderId": order_id, "refundId": refund_id})

    def _wait(self, orchestration: str, instance_id: str, about: dict[str, str]) -> dict[str, Any]:
        """The order once it has ended, and what was asked back is paid."""
        end = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < end:
            shown = self._send("GET", f"/api/orders/{about['orderId']}")
            if not is_open(shown):
                break
            self._take_up(orchestration, instance_id, about)
            time.sleep(0.3)
        return shown

    def _take_up(self, orchestration: str, instance_id: str, about: dict[str, str]) -> None:
        """What the guardian does every minute, only sooner: what is lost is run again."""
        instance = self._send("GET", f"{HOOK}/instances/{instance_id}")
        if instance.get("runtimeStatus") == "Failed":
            self.taken_up += 1
            self._send("POST", f"{HOOK}/orchestrators/{orchestration}/{instance_id}", about)

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


def is_open(order: dict[str, Any]) -> bool:
    """Whether the order, or a refund of it, has not come to its end."""
    refunds = [refund["status"] for refund in order.get("refunds", [])]
    return order["status"] in {"placed", "processing"} or "requested" in refunds
