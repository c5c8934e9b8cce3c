"""Requests that resolve attention: which are accepted, and for which of the failed steps."""

from typing import Any

import pytest

from orders.domain import operator_changes
from orders.domain.attention import AttentionReason
from tests.builders import CAPTURE_FAILS, an_order
from tests.faults import FOREVER, Failing
from tests.shop import Shop

UNDELIVERABLE = an_order(email="ada@undeliverable.example")


def an_order_with_two_failed_undos(shop: Shop) -> str:
    """Return an order whose payment could not be reversed, nor its shipment canceled."""
    shop.replace_ports(
        carrier=Failing(shop.carrier, "cancel", before=FOREVER),
        payments=Failing(shop.payments, "reverse", before=FOREVER),
    )
    order_id = shop.run(CAPTURE_FAILS).instance_id
    shop.restore_ports()
    return order_id


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"action": "burn"}, "action"),
        ({"note": ""}, "note"),
        ({"operator": None}, "operator"),
        ({"operator": "  "}, "operator"),
        ({"now": True}, "now"),
    ],
)
def test_invalid_resolution_is_refused(shop: Shop, change: dict[str, Any], field: str) -> None:
    """The invalid field is named, and nothing is recorded."""
    order_id = shop.run(UNDELIVERABLE).instance_id

    response = shop.resolve(order_id, **{"action": "retry", **change})

    assert response.status == 422
    assert [error["field"] for error in response.json()["errors"]] == [field]
    assert shop.record(order_id).resolutions == ()


def test_all_missing_fields_are_named_at_once(shop: Shop) -> None:
    """Also the operator."""
    response = shop.app.request("POST", "/api/operations/attention/ord_1", json={})

    fields = [error["field"] for error in response.json()["errors"]]
    assert fields == ["action", "note", "operator"]


def test_step_is_resolved_by_itself(shop: Shop) -> None:
    """The other step remains in the queue since the same time, and nothing is restarted."""
    order_id = an_order_with_two_failed_undos(shop)
    (before,) = shop.attention_queue()

    response = shop.resolve(order_id, "settledElsewhere", steps=["reversePayment"])

    (entry,) = shop.attention_queue()
    assert (response.status, response.json()["status"]) == (202, "needsAttention")
    assert (entry["failedSteps"], entry["since"]) == (["cancelShipment"], before["since"])
    assert [item["steps"] for item in entry["resolutions"]] == [["reversePayment"]]
    assert shop.record(order_id).runs == 1


def test_steps_are_resolved_by_different_actions(shop: Shop) -> None:
    """The payment was reversed elsewhere, the shipment is canceled now; repeating is harmless."""
    order_id = an_order_with_two_failed_undos(shop)
    for _ in range(2):
        assert shop.resolve(order_id, "settledElsewhere", steps=["reversePayment"]).status == 202

    shop.resolve(order_id, "retry")
    run = shop.app.wait(order_id)

    assert run.output == {
        "status": "rejected",
        "reason": "unavailable",
        "notes": ["reversePayment was settled elsewhere."],
    }
    assert shop.effects() == ["authorized", "booked", "canceled"]
    assert shop.resolve(order_id, "settledElsewhere", steps=["reversePayment"]).status == 202
    assert len(shop.record(order_id).resolutions) == 2


@pytest.mark.parametrize(
    ("steps", "message"),
    [
        (["sendOutcomeEmail"], "must be failed steps: sendConfirmation"),
        (["sendConfirmation", "reversePayment"], "must be failed steps: sendConfirmation"),
        ([], "must not be empty"),
    ],
)
def test_only_failed_steps_can_be_resolved(shop: Shop, steps: list[str], message: str) -> None:
    """The refusal lists them."""
    order_id = shop.run(UNDELIVERABLE).instance_id

    response = shop.resolve(order_id, "skip", steps=steps)

    assert response.status == 422
    assert response.json()["errors"] == [{"field": "steps", "message": message}]
    assert shop.record(order_id).resolutions == ()


def test_order_without_failed_steps_has_none_to_resolve(shop: Shop) -> None:
    """Recovery failed, so the order can only be retried as a whole."""
    order_id = shop.place(an_order())
    reason, now = AttentionReason.RECOVERY_FAILED, shop.app.clock.now()
    shop.update(order_id, lambda record: record.request_attention(reason, now))

    response = shop.resolve(order_id, "retry", steps=["reversePayment"])

    message = "must be left out: no failed step is known"
    assert response.status == 422
    assert response.json()["errors"] == [{"field": "steps", "message": message}]


def test_order_has_a_limited_number_of_resolutions(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The record of an order must not grow without limit."""
    monkeypatch.setattr(operator_changes, "MAX_RESOLUTIONS", 0)
    shop.replace_ports(carrier=Failing(shop.carrier, "cancel", before=FOREVER))
    order_id = shop.run(CAPTURE_FAILS).instance_id

    response = shop.resolve(order_id, "skip")

    assert response.status == 409
    assert response.json()["type"].endswith("too-many-resolutions")
