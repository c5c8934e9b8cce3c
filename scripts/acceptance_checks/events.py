"""Checks of events of partners: signed, stored once, and reconciled with the partner's state."""

import hashlib
import hmac
import json
import time
import uuid
from collections.abc import Callable
from typing import Any, Final

from scripts.acceptance_checks.operations import find_attention, resolve
from scripts.acceptance_checks.service import (
    TIMEOUT_SECONDS,
    Check,
    Response,
    Service,
    an_order,
    expect,
    expect_problem,
    named,
)

HEADERS: Final = {"payments": "Stripe_Signature", "carrier": "Carrier_Signature"}
#: Ten years in seconds, longer than any tolerance of signatures.
LONG_AGO: Final = 10 * 365 * 86_400


def event_checks() -> list[Check]:
    """Return the checks of events, the slow ones first."""
    return named(
        *(lapsed_authorization, refund_is_sent_back, payment_is_disputed, dispute_is_won),
        *(shipment_is_delivered, shipment_is_lost, event_is_stored_once, unsigned_event),
    )


def event_is_stored_once(service: Service) -> str:
    """An event that is sent twice is stored once and answered twice."""
    order_id, event_id = _complete_order(service), _new_id()
    first, second = (send_event(service, "payments", order_id, event_id) for _ in range(2))
    expect((first.status, second.status) == (200, 200), f"{first.status}: {first.text[:200]}")
    expect(second.headers["Idempotent-Replayed"] == "true", "no header Idempotent-Replayed")
    event = _wait_for_event(service, event_id)
    expect((event["status"], event["orderId"]) == ("handled", order_id), f"the event is {event}")
    order = service.get_order(order_id, "?steps=false")
    expect(order["status"] == "completed", f"the order is {order['status']}")
    return f"200, repeated 200, {event['status']}"


def unsigned_event(service: Service) -> str:
    """An event with a wrong or an old signature is refused."""
    body, event_id = b'{"id": "x", "type": "x"}', _new_id()
    for partner, header in HEADERS.items():
        for signature in ("", "t=1,v1=0", _sign(body, "another secret of sixteen", 0)):
            sent = service.without_key().send(
                "POST", f"/api/webhooks/{partner}", body, **{header: signature}
            )
            expect_problem(sent, 400)
    old = send_event(service, "payments", "x", event_id, age=LONG_AGO)
    return expect_problem(old, 400)


def refund_is_sent_back(service: Service) -> str:
    """A refund that the bank sends back is owed again, until a retry has paid it."""
    order_id = _complete_order(service, paymentMethod="pm_card_refundFail")
    body = {"note": "a broken cup", "operator": "acceptance"}
    path, key = f"/api/operations/orders/{order_id}/refund", str(uuid.uuid4())
    requested = service.post(path, body, Idempotency_Key=key)
    expect(requested.status == 202, f"the refund returned {requested.status}")
    service.wait_until(order_id, lambda order: order["refunds"][0]["status"] == "paid")
    order = _tell_until(
        service, "payments", order_id, lambda order: order["refunds"][0]["status"] == "failed"
    )
    reason = order["refunds"][0]["reason"]
    expect(reason == "refundReturned", f"the refund is {order['refunds'][0]}")
    entry = find_attention(service, order_id)
    expect(entry and entry["failedSteps"] == ["refundPayment"], f"the entry is {entry}")
    expect(resolve(service, order_id, "retry", "once more") == 202, "the retry is refused")
    service.wait_until(order_id, lambda order: order["refunds"][0]["status"] == "paid")
    return f"paid, failed with {reason}, paid again"


def payment_is_disputed(service: Service) -> str:
    """A disputed payment needs attention and is not refunded."""
    order_id = _complete_order(service, paymentMethod="pm_card_createDispute")
    order = _tell_until(service, "payments", order_id, lambda order: "disputes" in order)
    (dispute,) = order["disputes"]
    expect(dispute["status"] == "open", f"the dispute is {dispute}")
    expect(dispute["amount"] == order["total"], f"the dispute is {dispute}")
    body, key = {"note": "a broken cup", "operator": "acceptance"}, str(uuid.uuid4())
    path = f"/api/operations/orders/{order_id}/refund"
    expect_problem(service.post(path, body, Idempotency_Key=key), 409)
    entry = find_attention(service, order_id)
    expect(entry and entry["failedSteps"] == ["handleDispute"], f"the entry is {entry}")
    statuses = [resolve(service, order_id, action, "answered") for action in ("retry", "skip")]
    expect(statuses == [409, 202], f"the resolutions returned {statuses}")
    expect(find_attention(service, order_id) is None, "the order is still in the attention queue")
    return f"{dispute['status']}, refund 409, retry 409, skip 202"


def dispute_is_won(service: Service) -> str:
    """A dispute that the shop wins leaves the attention queue by itself."""
    order_id = _complete_order(service, paymentMethod="pm_sandbox_disputeWon")
    order = _tell_until(service, "payments", order_id, _has_dispute("won"))
    expect("closedAt" in order["disputes"][0], f"the dispute is {order['disputes'][0]}")
    expect(find_attention(service, order_id) is None, "the order is in the attention queue")
    return "won, and nothing to do"


def shipment_is_delivered(service: Service) -> str:
    """A delivered shipment is shown with the time."""
    order_id = _complete_order(service, shippingAddress__postalCode="00007")
    order = _tell_until(service, "carrier", order_id, lambda order: "delivery" in order)
    delivery = order["delivery"]
    expect(delivery["status"] == "delivered", f"the delivery is {delivery}")
    expect(delivery["at"] > order["endedAt"], f"the delivery is {delivery}")
    shipment = service.send("GET", f"/api/orders/{order_id}/shipment").json()
    expect(shipment["status"] == "delivered", f"the shipment is {shipment}")
    return f"delivered at {delivery['at']}"


def shipment_is_lost(service: Service) -> str:
    """A lost shipment needs attention."""
    order_id = _complete_order(service, shippingAddress__postalCode="00008")
    order = _tell_until(service, "carrier", order_id, lambda order: "delivery" in order)
    expect(order["delivery"]["status"] == "lost", f"the delivery is {order['delivery']}")
    entry = find_attention(service, order_id)
    expect(entry and entry["failedSteps"] == ["clarifyShipment"], f"the entry is {entry}")
    status = resolve(service, order_id, "settledElsewhere", "sent another one")
    expect(status == 202, f"the resolution returned {status}")
    return "lost, then settled"


def lapsed_authorization(service: Service) -> str:
    """An order that waits and whose authorization lapses is undone, not dispatched."""
    order_id = service.place(
        an_order(paymentMethod="pm_sandbox_lapses30s", shippingAddress__postalCode="00000")
    )
    order = _tell_until(
        service, "payments", order_id, lambda order: order["status"] == "rejected", pause=5
    )
    expect(order["reason"] == "authorizationLapsed", f"the order is {order}")
    return f"{order['status']}, {order['reason']}"


def send_event(
    service: Service, partner: str, object_id: str, event_id: str, age: int = 0
) -> Response:
    """Send a signed event without a function key; its content is only an ID."""
    content = {"id": event_id, "type": "acceptance.check", "data": {"object": {"id": object_id}}}
    body = json.dumps(content).encode()
    headers = {HEADERS[partner]: _sign(body, service.event_secret, age)}
    return service.without_key().send("POST", f"/api/webhooks/{partner}", body, **headers)


def _sign(body: bytes, secret: str, age: int) -> str:
    signed_at = int(time.time()) - age
    digest = hmac.digest(secret.encode(), f"{signed_at}.".encode() + body, hashlib.sha256).hex()
    return f"t={signed_at},v1={digest}"


def _tell_until(
    service: Service,
    partner: str,
    order_id: str,
    condition: Callable[[dict[str, Any]], bool],
    pause: float = 1,
) -> dict[str, Any]:
    """Send an event again and again, until the order meets a condition; return the order."""
    deadline = time.monotonic() + TIMEOUT_SECONDS
    while True:
        response = send_event(service, partner, order_id, _new_id())
        expect(response.status == 200, f"returned {response.status}: {response.text[:200]}")
        time.sleep(pause)
        order = service.get_order(order_id, "?steps=false")
        if condition(order):
            return order
        expect(time.monotonic() < deadline, f"after {TIMEOUT_SECONDS} s the order is {order}")


def _wait_for_event(service: Service, event_id: str) -> dict[str, Any]:
    """Return an event that is no longer pending."""
    deadline = time.monotonic() + TIMEOUT_SECONDS
    found: list[dict[str, Any]] = []
    while not found or found[0]["status"] == "pending":
        expect(time.monotonic() < deadline, f"after {TIMEOUT_SECONDS} s the event is {found}")
        events = service.send("GET", "/api/operations/events?limit=100").json()["events"]
        found = [event for event in events if event["eventId"] == event_id]
        expect(len(found) <= 1, f"the event is listed {len(found)} times")
        time.sleep(0.2)
    return found[0]


def _has_dispute(status: str) -> Callable[[dict[str, Any]], bool]:
    return lambda order: [item["status"] for item in order.get("disputes", [])] == [status]


def _complete_order(service: Service, **changes: Any) -> str:
    order_id = service.place(an_order(**changes))
    order = service.wait_for_end(order_id)
    expect(order["status"] == "completed", f"the order is {order}")
    return order_id


def _new_id() -> str:
    return f"evt_{uuid.uuid4().hex}"
