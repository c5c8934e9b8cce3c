"""Events as partners send them, and the orders that they are about."""

import hashlib
import hmac
import json
from datetime import datetime, timedelta
from typing import Any, Final

from local_host.testing import Response
from orders.domain.partner_events import Partner, PartnerEvent
from orders.engine.instances import event_instance_id
from tests.builders import PERSONAL_DATA, a_refund
from tests.shop import EVENT_SECRET, Shop

HEADERS: Final = {Partner.PAYMENTS: "Stripe-Signature", Partner.CARRIER: "Carrier-Signature"}


def a_body(object_id: str, event_id: str = "evt_1", kind: str = "refund.failed") -> bytes:
    """Return the body of an event. Its content is wrong and personal: it must not be used."""
    content = {"id": object_id, "status": "succeeded", "amount": 1, "note": PERSONAL_DATA}
    return json.dumps({"id": event_id, "type": kind, "data": {"object": content}}).encode()


def sign(body: bytes, now: datetime, *secrets: str) -> str:
    """Return the signature header of a body."""
    time = int(now.timestamp())
    signed = f"{time}.".encode() + body
    digests = [hmac.digest(secret.encode(), signed, hashlib.sha256).hex() for secret in secrets]
    return ",".join([f"t={time}", *(f"v1={digest}" for digest in digests)])


def post_event(
    shop: Shop, body: bytes, partner: Partner = Partner.PAYMENTS, signature: str | None = None
) -> Response:
    """Send an event, rightly signed unless a signature is given."""
    if signature is None:
        signature = sign(body, shop.app.clock.now(), EVENT_SECRET)
    headers = {HEADERS[partner]: signature, "Content-Type": "application/json; charset=utf-8"}
    path = f"/api/webhooks/{partner.value}"
    return shop.app.request("POST", path, content=body, headers=headers)


def send_event(
    shop: Shop, object_id: str, event_id: str = "evt_1", partner: Partner = Partner.PAYMENTS
) -> PartnerEvent:
    """Send an event, wait until its orchestration has ended, and return it."""
    response = post_event(shop, a_body(object_id, event_id), partner)
    assert response.status == 200, response.text
    shop.app.wait_until_idle()
    return stored_event(shop, event_id, partner)


def stored_event(
    shop: Shop, event_id: str = "evt_1", partner: Partner = Partner.PAYMENTS
) -> PartnerEvent:
    """Return an event in the inbox."""
    event = shop.services.partner_events.find(partner, event_id)
    assert event is not None
    return event


def instance_of(shop: Shop, event_id: str = "evt_1") -> str:
    """Return the instance ID of an event of the payment gateway."""
    return event_instance_id(stored_event(shop, event_id))


def listed_events(shop: Shop, query: str = "") -> list[dict[str, Any]]:
    """Return the events that operators see."""
    response = shop.app.request("GET", f"/api/operations/events{query}")
    assert response.status == 200, response.text
    events: list[dict[str, Any]] = response.json()["events"]
    return events


def complete(shop: Shop, order: dict[str, Any]) -> str:
    """Run an order, and return its ID."""
    run = shop.run(order)
    assert run.output["status"] == "completed", run.output
    return run.instance_id


def refund(shop: Shop, order_id: str, minor: int | None = None) -> str:
    """Refund an order, and return the refund's ID."""
    refund_id = shop.request_refund(order_id, a_refund(minor))
    assert shop.app.wait(refund_id).output["status"] == "paid"
    return refund_id


def pass_time(shop: Shop, seconds: int = 30) -> None:
    """Let things happen at the partners."""
    shop.move_clock(timedelta(seconds=seconds))


def failed_steps(shop: Shop) -> list[str]:
    """Return the failed steps and tasks of the only order in the attention queue."""
    entries = shop.attention_queue()
    assert len(entries) <= 1
    return [step for entry in entries for step in entry["failedSteps"]]
