"""Which decisions are taken, and about which of the failed steps?"""

from typing import Any

import pytest

from orders.domain.attention import AttentionReason
from tests.builders import an_order
from tests.faults import FOREVER, Failing
from tests.shop import Shop

CAPTURE_FAILS = an_order(payment_method="pm_sandbox_captureUnavailable")
UNDELIVERABLE = an_order(email="ada@undeliverable.example")
REJECTED = {"status": "rejected", "reason": "unavailable"}


def twice_left_to_a_person(shop: Shop) -> str:
    """An order whose money could not be given back, nor its parcel be canceled."""
    shop.replace_ports(
        carrier=Failing(shop.carrier, "cancel", before=FOREVER),
        payments=Failing(shop.payments, "withdraw", before=FOREVER),
    )
    order_id = shop.run(CAPTURE_FAILS).instance_id
    shop.restore_ports()
    return order_id


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"action": "burn"}, "action"),
        ({"note": ""}, "note"),
        ({"operator": None}, "by"),
        ({"operator": "  "}, "by"),
        ({"now": True}, "now"),
    ],
)
def test_a_resolution_that_is_none_is_refused(
    shop: Shop, change: dict[str, Any], field: str
) -> None:
    """The wrong field is named, and nothing is written."""
    order_id = shop.run(UNDELIVERABLE).instance_id

    answer = shop.resolve(order_id, **{"action": "retry", **change})

    assert answer.status == 422
    assert [error["field"] for error in answer.json()["errors"]] == [field]
    assert shop.record(order_id).resolutions == ()


def test_all_that_a_resolution_lacks_is_named_at_once(shop: Shop) -> None:
    """Also who it is that decides."""
    answer = shop.app.request("POST", "/api/operations/attention/ord_1", json={})

    assert [error["field"] for error in answer.json()["errors"]] == ["action", "note", "by"]


def test_a_step_is_decided_by_itself(shop: Shop) -> None:
    """The other stays on the desk, since when it lay there, and nothing is run."""
    order_id = twice_left_to_a_person(shop)
    (before,) = shop.attention_queue()

    answer = shop.resolve(order_id, "settledElsewhere", steps=["reversePayment"])

    (entry,) = shop.attention_queue()
    assert (answer.status, answer.json()["status"]) == (202, "needsAttention")
    assert (entry["failedSteps"], entry["since"]) == (["cancelShipment"], before["since"])
    assert [one["steps"] for one in entry["resolutions"]] == [["reversePayment"]]
    assert shop.record(order_id).runs == 1


def test_each_step_goes_its_own_way(shop: Shop) -> None:
    """The money was paid back by hand, the parcel is canceled now; repeating is harmless."""
    order_id = twice_left_to_a_person(shop)
    for _ in range(2):
        assert shop.resolve(order_id, "settledElsewhere", steps=["reversePayment"]).status == 202

    shop.resolve(order_id, "retry")
    run = shop.app.wait(order_id)

    assert run.output == {
        **REJECTED,
        "notes": ["voidPayment was done by hand."],
    }
    assert shop.effects() == ["authorized", "booked", "canceled"]
    assert shop.resolve(order_id, "settledElsewhere", steps=["reversePayment"]).status == 202
    assert len(shop.record(order_id).resolutions) == 2


@pytest.mark.parametrize(
    ("steps", "message"),
    [
        (["sendOutcomeEmail"], "may only name what failed: sendConfirmation"),
        (["sendConfirmation", "reversePayment"], "may only name what failed: sendConfirmation"),
        ([], "must not be empty"),
    ],
)
def test_only_steps_that_failed_can_be_decided(shop: Shop, steps: list[str], message: str) -> None:
    """The refusal names them."""
    order_id = shop.run(UNDELIVERABLE).instance_id

    answer = shop.resolve(order_id, "skip", steps=steps)

    assert answer.status == 422
    assert answer.json()["errors"] == [{"field": "steps", "message": message}]
    assert shop.record(order_id).resolutions == ()


def test_an_order_that_is_lost_has_no_steps_to_decide(shop: Shop) -> None:
    """It can only be tried again as a whole."""
    order_id = shop.place(an_order())
    shop.services.desk.put(order_id, AttentionReason.RECOVERY_FAILED)

    answer = shop.resolve(order_id, "retry", steps=["reversePayment"])

    assert answer.status == 422
    assert "no step is known to have failed" in answer.json()["errors"][0]["message"]


def test_who_decides_is_known_from_the_platform(shop: Shop) -> None:
    """What it says counts more than what the caller says."""
    order_id = shop.run(UNDELIVERABLE).instance_id
    body = {"action": "retry", "note": "try", "operator": "somebody else"}

    shop.app.request(
        "POST",
        f"/api/operations/attention/{order_id}",
        json=body,
        headers={"X-MS-CLIENT-PRINCIPAL-NAME": "ada@shop.example"},
    )

    assert shop.record(order_id).resolutions[0].by == "ada@shop.example"
