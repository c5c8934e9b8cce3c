"""Customers and operators of a service that is killed now and then."""

import http.client
import json
import random
import time
from typing import Any, Final
from urllib.parse import urlsplit

from scripts.chaos_service import Service

MANAGEMENT_API: Final = "/runtime/webhooks/durabletask"
TIMEOUT_SECONDS: Final = 600
CANCELED_SHARE: Final = 0.15
#: Of the completed orders.
REFUNDED_SHARE: Final = 0.3

METHODS: Final = (
    *("pm_card_visa",) * 6,
    *("pm_sandbox_flaky", "pm_sandbox_timeoutAfterEffect", "pm_card_chargeDeclined"),
)
#: With these an order waits, and goes on when recovery wakes it.
SLOW_METHODS: Final = ("pm_sandbox_captureUnavailable40s", "pm_sandbox_unavailable40s")
POSTAL_CODES: Final = (*("10115",) * 6, "00001", "00002", "00003")
SKUS: Final = ("MUG-BLUE", "MUG-SAND", "GRINDER-HAND", "LAMP-OAK")


class Customers:
    """Place orders, cancel some, wait for their ends, and request refunds of some."""

    def __init__(self, service: Service, seed: int, *, quick: bool) -> None:
        self._service = service
        self._random = random.Random(seed)  # noqa: S311 - no secret
        self._methods = METHODS if quick else METHODS + SLOW_METHODS
        #: Failed orchestrations that were restarted.
        self.restarts = 0

    def run_order(self, number: int) -> dict[str, Any]:
        """Place one order, perhaps cancel or refund it, and return it once it has ended."""
        body, is_canceled = self._order(), self._random.random() < CANCELED_SHARE
        placed = self._send("POST", "/api/orders", body, {"Idempotency-Key": f"chaos-{number}"})
        order_id = placed["orderId"]
        if is_canceled:
            time.sleep(self._random.uniform(0, 0.5))
            self._send("POST", f"/api/orders/{order_id}/cancel", {})
        order = self._wait("processOrder", order_id, {"orderId": order_id})
        if order["status"] == "completed" and self._random.random() < REFUNDED_SHARE:
            order = self._refund(order_id, number)
        return order

    def run_audit(self) -> dict[str, Any]:
        """Return the report of the audit."""
        return self._send("GET", "/api/operations/audit")

    def _order(self) -> dict[str, Any]:
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

    def _refund(self, order_id: str, number: int) -> dict[str, Any]:
        """Request a refund twice with one key, and wait until it is paid."""
        amount = {"minor": self._random.randint(1, 1_000), "currency": "EUR"}
        body = {"amount": amount, "note": "a broken cup", "operator": "chaos"}
        path, key = f"/api/operations/orders/{order_id}/refund", f"chaos-{number}"
        for _ in range(2):
            refund = self._send("POST", path, body, {"Idempotency-Key": key})
        refund_id = refund["refundId"]
        return self._wait("refundOrder", refund_id, {"orderId": order_id, "refundId": refund_id})

    def _wait(
        self, orchestration: str, instance_id: str, payload: dict[str, str]
    ) -> dict[str, Any]:
        """Return the order once it has ended and its refund is paid."""
        deadline = time.monotonic() + TIMEOUT_SECONDS
        while time.monotonic() < deadline:
            order = self._send("GET", f"/api/orders/{payload['orderId']}")
            if not is_open(order):
                break
            self._restart_if_failed(orchestration, instance_id, payload)
            time.sleep(0.3)
        return order

    def _restart_if_failed(
        self, orchestration: str, instance_id: str, payload: dict[str, str]
    ) -> None:
        """Restart a failed orchestration, as recovery does every minute."""
        instance = self._send("GET", f"{MANAGEMENT_API}/instances/{instance_id}")
        if instance.get("runtimeStatus") == "Failed":
            self.restarts += 1
            path = f"{MANAGEMENT_API}/orchestrators/{orchestration}/{instance_id}"
            self._send("POST", path, payload)

    def _send(
        self, method: str, path: str, body: object = None, headers: dict[str, str] | None = None
    ) -> dict[str, Any]:
        """Repeat a request until the service responds, as a client with retries does."""
        deadline = time.monotonic() + TIMEOUT_SECONDS
        while time.monotonic() < deadline:
            try:
                response = self._send_once(method, path, body, headers or {})
            except (OSError, http.client.HTTPException, ValueError):
                response = None
            if response is not None:
                return response
            time.sleep(0.05)
        raise SystemExit(f"chaos: no response to {method} {path} within {TIMEOUT_SECONDS} s")

    def _send_once(
        self, method: str, path: str, body: object, headers: dict[str, str]
    ) -> dict[str, Any] | None:
        address = urlsplit(self._service.base_url).netloc
        connection = http.client.HTTPConnection(address, timeout=30)
        try:
            all_headers = {"Content-Type": "application/json", **headers}
            connection.request(method, path, json.dumps(body), all_headers)
            response = connection.getresponse()
            text = response.read()
            is_fault = response.status >= http.client.INTERNAL_SERVER_ERROR
            return None if is_fault else _json_object(text)
        finally:
            connection.close()


def _json_object(text: bytes) -> dict[str, Any]:
    value = json.loads(text) if text else {}
    return value if isinstance(value, dict) else {}


def is_open(order: dict[str, Any]) -> bool:
    """Whether the order, or a refund of it, has not ended."""
    refunds = [refund["status"] for refund in order.get("refunds", [])]
    return order["status"] in {"placed", "processing", "waiting"} or "requested" in refunds
