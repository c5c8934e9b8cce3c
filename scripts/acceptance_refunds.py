"""Is the money of a completed order paid back as it was asked for, once, and never too much?"""

import uuid
from collections.abc import Callable
from typing import Any, Final

from scripts.acceptance_operations import decide, on_the_desk
from scripts.acceptance_service import (
    CATALOGUE,
    LONG_PATIENCE_SECONDS,
    Answer,
    Check,
    Service,
    an_order,
    expect,
    expect_problem,
    titled,
)

PART: Final = {"minor": 1000, "currency": CATALOGUE["currency"]}


def refund_checks(*, patient: bool) -> list[Check]:
    """What becomes of refunds, the slow ones first."""
    return titled(
        *([given_up] if patient else []),
        *(refused_by_the_bank, decided_apart, a_part_and_the_rest, asked_twice),
        *(under_a_used_key, bad_refund, without_a_key, nothing_was_kept),
    )


def a_part_and_the_rest(service: Service) -> str:
    """A part of a completed order is paid back, then the rest, and no more."""
    order_id = _completed(service)
    total = service.look(order_id)["total"]["minor"]
    part = _refund(service, order_id, PART).json()
    expect(part["refundable"]["minor"] == total - PART["minor"], f"left is {part['left']}")
    more = _refund(service, order_id, {**PART, "minor": total})
    expect_problem(more, 409)
    rest = _refund(service, order_id).json()
    shown = service.once(order_id, _ended(2))
    statuses = [refund["status"] for refund in shown["refunds"]]
    expect(statuses == ["paid", "paid"], f"the refunds are {shown['refunds']}")
    expect(shown["status"] == "completed", f"the order is {shown['status']}")
    told = expect_problem(_refund(service, order_id), 409)
    return f"{part['amount']['minor']} and {rest['amount']['minor']} of {total}; then {told}"


def asked_twice(service: Service) -> str:
    """A refund that is asked for twice with one key is paid once."""
    order_id, key = _completed(service), str(uuid.uuid4())
    first, again = (_refund(service, order_id, PART, key) for _ in range(2))
    expect(again.headers["Idempotent-Replayed"] == "true", "the repetition does not say so")
    expect(again.json()["refundId"] == first.json()["refundId"], again.text)
    (refund,) = service.once(order_id, _ended(1))["refunds"]
    expect(refund["status"] == "paid", f"the refund is {refund}")
    return f"{refund['refundId']}, paid"


def under_a_used_key(service: Service) -> str:
    """Another refund under the key of the first is refused."""
    order_id, key = _completed(service), str(uuid.uuid4())
    _refund(service, order_id, PART, key)
    return expect_problem(_refund(service, order_id, {**PART, "minor": 999}, key), 422)


def refused_by_the_bank(service: Service) -> str:
    """A refund that the bank refuses lies on the desk until a person has paid it by hand."""
    order_id = _failed(service, "pm_sandbox_refundRefused")
    entry = on_the_desk(service, order_id)
    expect(entry and entry["failedSteps"] == ["refundPayment"], f"the desk says {entry}")
    status = decide(service, order_id, "settledElsewhere", "paid back in cash")
    expect(status == 202, f"the decision was answered {status}")
    (refund,) = service.look(order_id)["refunds"]
    expect(refund["status"] == "settledElsewhere", f"the refund is {refund}")
    expect(on_the_desk(service, order_id) is None, "it still lies on the desk")
    return f"failed, {refund['reason']}; then settled"


def given_up(service: Service) -> str:
    """A refund that fails for as long as it is tried lies on the desk until it is skipped."""
    order_id = _failed(service, "pm_sandbox_refundUnavailable")
    status = decide(service, order_id, "skip", "the customer keeps it")
    (refund,) = service.look(order_id)["refunds"]
    expect((status, refund["status"]) == (202, "skipped"), f"{status}, and it is {refund}")
    return f"given up, {refund.get('reason')}; then skipped"


def decided_apart(service: Service) -> str:
    """What failed in an order and in its refund is decided apart, by naming the steps."""
    order_id = _failed(service, "pm_sandbox_refundRefused", email="ada@undeliverable.example")
    unknown = decide(service, order_id, "skip", "a mistake", "shipOrder")
    email = decide(service, order_id, "skip", "no address", "sendConfirmation")
    entry = on_the_desk(service, order_id)
    expect(entry and entry["failedSteps"] == ["refundPayment"], f"the desk says {entry}")
    refund = decide(service, order_id, "settledElsewhere", "paid back in cash", "refundPayment")
    expect((unknown, email, refund) == (422, 202, 202), f"answered {unknown}, {email}, {refund}")
    expect(on_the_desk(service, order_id) is None, "it still lies on the desk")
    return "first the mail, then the refund"


def bad_refund(service: Service) -> str:
    """All bad fields of a refund are named at once."""
    amount = {"minor": 0, "currency": "euro"}
    answer = service.post(_path("ord_nobody"), {"amount": amount, "extra": 1}, **_key())
    return expect_problem(answer, 422, "note", "by", "amount.minor", "amount.currency", "extra")


def without_a_key(service: Service) -> str:
    """A refund without an Idempotency-Key is refused."""
    return expect_problem(
        service.post(_path("ord_nobody"), {"note": "why", "operator": "who"}), 400
    )


def nothing_was_kept(service: Service) -> str:
    """Of a rejected order nothing is paid back."""
    order_id = service.place(an_order(paymentMethod="pm_card_chargeDeclined"))
    service.end_of(order_id)
    return expect_problem(_refund(service, order_id), 409)


def _completed(service: Service, **changes: Any) -> str:
    order_id = service.place(an_order(**changes))
    end = service.end_of(order_id)
    expect(end["status"] == "completed", f"it ended {end}")
    return order_id


def _failed(service: Service, method: str, email: str = "ada@example.com") -> str:
    """An order of which nothing could be paid back."""
    order_id = _completed(service, paymentMethod=method, customer__email=email)
    expect(_refund(service, order_id, PART).status == 202, "the refund was not taken")
    (refund,) = service.once(order_id, _ended(1), LONG_PATIENCE_SECONDS)["refunds"]
    expect(refund["status"] == "failed", f"the refund is {refund}")
    return order_id


def _refund(
    service: Service, order_id: str, amount: object = None, key: str | None = None
) -> Answer:
    """Ask for some of the money; without an amount for all that is left."""
    asked = {
        "note": "a broken cup",
        "operator": "acceptance",
        **({"amount": amount} if amount else {}),
    }
    return service.post(_path(order_id), asked, **_key(key))


def _path(order_id: str) -> str:
    return f"/api/operations/orders/{order_id}/refund"


def _key(key: str | None = None) -> dict[str, str]:
    return {"Idempotency_Key": key or str(uuid.uuid4())}


def _ended(number: int) -> Callable[[dict[str, Any]], bool]:
    """Whether so many refunds of an order were asked for, and none is still to be paid."""

    def holds(order: dict[str, Any]) -> bool:
        statuses = [refund["status"] for refund in order.get("refunds", [])]
        return len(statuses) == number and "requested" not in statuses

    return holds
