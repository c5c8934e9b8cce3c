"""Does every order come to the end that its magic values bring about, and once?"""

import json
import time
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final

from scripts.acceptance_service import (
    CATALOGUE,
    DISCONTINUED,
    ENDS,
    LONG_PATIENCE_SECONDS,
    PATIENCE_SECONDS,
    PRICE,
    SHIPPING,
    SKU,
    Check,
    Service,
    Unexpected,
    an_order,
    expect,
    titled,
)

#: An article of which there are fewer than one order may ask for.
SCARCE: Final = min(
    (item for item in CATALOGUE["items"] if item["openingBalance"] > 0),
    key=lambda item: item["openingBalance"],
)["sku"]


def order_checks(*, patient: bool) -> list[Check]:
    """What becomes of orders, the slow ones first."""
    return [
        *(_left_to_a_person() if patient else []),
        *_gone(),
        ("the mail cannot be sent", mail_note),
        *_mended(),
        ("twenty requests race with one key", race),
        *titled(good_order, shows_its_step, without_steps, quoted, every_broken_rule, followed),
        *titled(same_key_same_body, canceled_after_payment),
        *_rejected(),
    ]


def _left_to_a_person() -> list[Check]:
    unavailable = ("needsAttention", "unavailable")
    desk = an_order(paymentMethod="pm_sandbox_undoUnavailable")
    stuck = an_order(shippingAddress__postalCode="00004")
    return [
        ("the undo fails for good", ends(desk, *unavailable)),
        ("a parcel is not let go", ends(stuck, *unavailable)),
    ]


def _gone() -> list[Check]:
    gone = [
        ("the gateway stays down", an_order(paymentMethod="pm_sandbox_unavailable")),
        ("the capture fails for good", an_order(paymentMethod="pm_sandbox_captureUnavailable")),
        ("the carrier stays down", an_order(shippingAddress__postalCode="00000")),
    ]
    return [(name, ends(order, "rejected", "unavailable")) for name, order in gone]


def _mended() -> list[Check]:
    mended = [
        ("the hold's request is lost", an_order(paymentMethod="pm_sandbox_timeoutBeforeEffect")),
        ("answers to the capture lost", an_order(paymentMethod="pm_sandbox_captureAnswerLost")),
        ("a flaky gateway", an_order(paymentMethod="pm_sandbox_flaky")),
        ("the bank's answer is lost", an_order(paymentMethod="pm_sandbox_timeoutAfterEffect")),
        ("the carrier's answer is lost", an_order(shippingAddress__postalCode="00002")),
        ("the carrier takes its time", an_order(shippingAddress__postalCode="00003")),
    ]
    return [(name, ends(order, "completed")) for name, order in mended]


def _rejected() -> list[Check]:
    no = [
        ("cardDeclined", an_order(paymentMethod="pm_card_chargeDeclined")),
        ("insufficientFunds", an_order(paymentMethod="pm_card_chargeDeclinedInsufficientFunds")),
        ("expiredCard", an_order(paymentMethod="pm_card_chargeDeclinedExpiredCard")),
        ("unknownPaymentMethod", an_order(paymentMethod="pm_card_nobody_knows")),
        ("captureRefused", an_order(paymentMethod="pm_sandbox_captureRefused")),
        ("addressRefused", an_order(shippingAddress__postalCode="00001")),
        ("quantityAboveLimit", an_order(lines=[{"sku": SKU, "quantity": 101}])),
        ("countryNotServed", an_order(shippingAddress__country="AQ")),
        ("outOfStock", an_order(lines=[{"sku": SCARCE, "quantity": 99}])),
        ("discontinued", an_order(lines=[{"sku": DISCONTINUED, "quantity": 1}])),
    ]
    return [(f"refused: {reason}", ends(order, "rejected", reason)) for reason, order in no]


def ends(order: dict[str, Any], status: str, reason: str | None = None) -> Callable[[Service], str]:
    """A check that an order ends with this status and reason."""

    def check(service: Service) -> str:
        patience = LONG_PATIENCE_SECONDS if status == "needsAttention" else PATIENCE_SECONDS
        end = service.end_of(service.place(order), patience)
        expect((end["status"], end.get("reason")) == (status, reason), f"it ended {end}")
        expect(("trackingNumber" in end) == (status == "completed"), f"it ended {end}")
        return f"{status}" + (f", {reason}" if reason else f", {end['trackingNumber']}")

    return check


def good_order(service: Service) -> str:
    """A good order is taken with its own links, and ends completed with a tracking number."""
    answer = service.order(an_order(reference="A-1", note="please ring"))
    expect(answer.status == 202, f"POST answered {answer.status}: {answer.text[:200]}")
    order_id = answer.json()["orderId"]
    expect(answer.headers["Location"] == f"/api/orders/{order_id}", "no Location of our own")
    expect(answer.headers["Retry-After"] is not None, "no Retry-After")
    expect("/runtime/webhooks" not in answer.text, "management URLs are handed out")
    order = service.end_of(order_id)
    expect(order["status"] == "completed", f"it ended {order}")
    owed = 2 * PRICE + SHIPPING["standard"]
    expect(order["total"]["minor"] == owed, f"the total is {order['total']}")
    expect("Acceptance" not in json.dumps(order), "personal data are shown")
    return f"{order_id}, tracking number {order['trackingNumber']}"


def shows_its_step(service: Service) -> str:
    """An order that is under way shows what is being tried."""
    order_id = service.place(an_order(paymentMethod="pm_sandbox_unavailable"))
    for _ in range(100):
        order = service.look(order_id)
        if order["status"] == "processing" and order["step"] == "processPayment":
            return f"{order['step']}: {order['text']}"
        time.sleep(0.3)
    raise Unexpected(f"it shows {order}")


def without_steps(service: Service) -> str:
    """Those who poll may leave the steps out."""
    order_id = service.place(an_order())
    full = service.end_of(order_id)
    short = service.look(order_id, "?steps=false")
    steps = full.pop("steps")
    expect(short == full, f"it shows {short} instead of {full}")
    return f"{len(steps)} steps, or none"


def mail_note(service: Service) -> str:
    """A mail that cannot be sent leaves a note, and the order completed."""
    end = service.end_of(service.place(an_order(customer__email="ada@undeliverable.example")))
    expect(end["status"] == "completed" and bool(end.get("notes")), f"it ended {end}")
    return f"completed, {end['notes'][0]}"


def quoted(service: Service) -> str:
    """An order costs what its quote said, and nothing is ordered at another price."""
    order = an_order(shippingMethod="express")
    quote = service.post("/api/quotes", order).json()
    expect(quote["total"]["minor"] == 2 * PRICE + SHIPPING["express"], f"the quote is {quote}")
    other = {"minor": quote["total"]["minor"] - 1, "currency": quote["total"]["currency"]}
    refused = service.order({**order, "expectedTotal": other})
    expect(refused.status == 409, f"answered {refused.status} to another total")
    expect(refused.json()["quote"]["total"] == quote["total"], refused.text[:200])
    total = service.end_of(service.place({**order, "expectedTotal": quote["total"]}))["total"]
    expect(total == quote["total"], f"it costs {total}")
    return f"{total['minor']} {total['currency']}"


def every_broken_rule(service: Service) -> str:
    """All rules that an order breaks are told at once, with their lines."""
    lines = [{"sku": SKU, "quantity": 101}, {"sku": DISCONTINUED, "quantity": 1}]
    end = service.end_of(service.place(an_order(lines=lines, shippingAddress__country="AQ")))
    told = [(problem["reason"], problem.get("line")) for problem in end.get("problems", [])]
    wanted = [("countryNotServed", None), ("quantityAboveLimit", 1), ("discontinued", 2)]
    expect(told == wanted, f"tells {told}")
    return ", ".join(reason for reason, _ in told)


def followed(service: Service) -> str:
    """The parcel of a completed order can be followed."""
    order_id = service.place(an_order())
    number = service.end_of(order_id)["trackingNumber"]
    shipment = service.send("GET", f"/api/orders/{order_id}/shipment").json()
    expect(
        (shipment["status"], shipment["trackingNumber"]) == ("dispatched", number), f"is {shipment}"
    )
    return f"{number} is {shipment['status']}"


def same_key_same_body(service: Service) -> str:
    """A repeated request gives the same order, also after its end."""
    key, order = str(uuid.uuid4()), an_order()
    first: str = service.order(order, Idempotency_Key=key).json()["orderId"]
    service.end_of(first)
    again = service.order(order, Idempotency_Key=key)
    expect((again.status, again.json()["orderId"]) == (202, first), again.text)
    expect(again.headers["Idempotent-Replayed"] == "true", "the repetition does not say so")
    return first


def race(service: Service) -> str:
    """Twenty requests at once with one key give one order."""
    key, order = str(uuid.uuid4()), an_order()
    with ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(lambda _: service.order(order, Idempotency_Key=key), range(20)))
    expect({answer.status for answer in answers} == {202}, "not all were taken")
    ids = {answer.json()["orderId"] for answer in answers}
    expect(len(ids) == 1, f"{len(ids)} orders")
    end = service.end_of(ids.pop())
    expect(end["status"] == "completed", f"it ended {end}")
    return f"one order, {end['trackingNumber']}"


def canceled_after_payment(service: Service) -> str:
    """An order that is stopped after its money was taken is canceled, the money paid back."""
    for _ in range(20):  # where time runs fast, one may be paid before it is stopped
        order_id = service.place(an_order(paymentMethod="pm_sandbox_captureAnswerLost"))
        while (shown := service.look(order_id))["status"] not in ENDS:
            if ("capturePayment", "failed") in _answers(shown):
                break
        if service.send("POST", f"/api/orders/{order_id}/cancel").status == 202:
            break
    end = service.end_of(order_id)
    expect((end["status"], end.get("reason")) == ("canceled", "canceled"), f"it ended {end}")
    done = {step for step, answer in _answers(end) if answer == "done"}
    expect(done >= {"reversePayment", "sendOutcomeEmail"}, f"it did {done}")
    return "canceled, paid back and told"


def _answers(order: dict[str, Any]) -> set[tuple[str, str]]:
    return {(step["step"], step["answer"]) for step in order.get("steps", [])}
