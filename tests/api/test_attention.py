"""The attention queue: what it shows, and how orders continue after a resolution."""

from typing import Any

import pytest

from local_host.testing import Run
from tests.builders import CAPTURE_FAILS, an_order
from tests.faults import FOREVER, Failing
from tests.shop import COMPLETED_EFFECTS, UNDONE_EFFECTS, Shop

UNDELIVERABLE = an_order(email="ada@undeliverable.example")
REJECTED = {"status": "rejected", "reason": "unavailable"}


def an_order_with_a_failed_undo(shop: Shop) -> str:
    """Return an order whose shipment could not be canceled."""
    shop.replace_ports(carrier=Failing(shop.carrier, "cancel", before=FOREVER))
    order_id = shop.run(CAPTURE_FAILS).instance_id
    shop.restore_ports()
    return order_id


def resolve_and_wait(shop: Shop, order_id: str, action: str) -> Run:
    """Resolve all failed steps, and wait until the orchestration has ended."""
    response = shop.resolve(order_id, action)
    assert response.status == 202, response.text
    return shop.app.wait(order_id)


def test_queue_is_empty_without_failed_steps(shop: Shop) -> None:
    """A completed and a rejected order need no operator."""
    shop.run(an_order())
    shop.run(an_order(payment_method="pm_card_chargeDeclined"))

    assert shop.attention_queue() == []


def test_entry_shows_what_failed_and_since_when(shop: Shop) -> None:
    """And the link to resolve it."""
    order_id = an_order_with_a_failed_undo(shop)

    (entry,) = shop.attention_queue()

    assert entry.pop("placedAt") < entry.pop("since")
    assert entry == {
        "orderId": order_id,
        "status": "needsAttention",
        "attentionReason": "stepFailed",
        "failedSteps": ["cancelShipment"],
        "reason": "unavailable",
        "notes": [],
        "runs": 1,
        "recoveryAttempts": 0,
        "resolutions": [],
        "links": {
            "self": f"/api/orders/{order_id}",
            "resolve": f"/api/operations/attention/{order_id}",
        },
    }


def test_retry_repeats_the_failed_undo(shop: Shop) -> None:
    """The order then ends as intended and leaves the queue."""
    order_id = an_order_with_a_failed_undo(shop)

    run = resolve_and_wait(shop, order_id, "retry")

    assert run.output == REJECTED
    assert shop.get(order_id)["status"] == "rejected"
    assert shop.effects() == UNDONE_EFFECTS
    assert shop.attention_queue() == []


@pytest.mark.parametrize(
    ("action", "note"),
    [
        ("settledElsewhere", "cancelShipment was settled elsewhere."),
        ("skip", "cancelShipment was skipped."),
    ],
)
def test_resolved_undo_is_not_repeated(shop: Shop, action: str, note: str) -> None:
    """The order ends as intended, with a note."""
    order_id = an_order_with_a_failed_undo(shop)

    run = resolve_and_wait(shop, order_id, action)

    assert run.output == {**REJECTED, "notes": [note]}
    assert "cancelShipment" not in run.activities
    assert shop.effects() == ["authorized", "voided", "booked"]


def test_order_shows_its_resolutions(shop: Shop) -> None:
    """Without operator and note, which only the queue shows."""
    order_id = an_order_with_a_failed_undo(shop)
    assert shop.get(order_id)["failedSteps"] == ["cancelShipment"]

    resolve_and_wait(shop, order_id, "settledElsewhere")

    (resolution,) = shop.get(order_id)["resolutions"]
    assert resolution.pop("at")
    assert resolution == {"action": "settledElsewhere", "steps": ["cancelShipment"]}


def test_order_that_fails_again_returns_to_the_queue(shop: Shop) -> None:
    """With the earlier resolutions."""
    order_id = an_order_with_a_failed_undo(shop)
    shop.replace_ports(carrier=Failing(shop.carrier, "cancel", before=FOREVER))

    resolve_and_wait(shop, order_id, "retry")

    (entry,) = shop.attention_queue()
    assert entry["failedSteps"] == ["cancelShipment"]
    assert [item["operator"] for item in entry["resolutions"]] == ["Grace"]


def test_retried_order_is_processing(shop: Shop) -> None:
    """It is in the queue only if it fails again."""
    order_id = an_order_with_a_failed_undo(shop)
    shop.replace_ports(carrier=Failing(shop.carrier, "cancel", before=FOREVER))

    response = shop.resolve(order_id, "retry")
    shop.app.wait_until_idle()

    assert response.json()["status"] == "processing"
    assert shop.get(order_id)["status"] == "processing"
    assert shop.attention_queue() == []


def test_repeated_resolution_is_harmless(shop: Shop) -> None:
    """Also after the order has ended."""
    order_id = an_order_with_a_failed_undo(shop)

    first, second = shop.resolve(order_id, "retry"), shop.resolve(order_id, "retry")
    shop.app.wait(order_id)
    third = shop.resolve(order_id, "retry")

    assert [first.status, second.status, third.status] == [202, 202, 202]
    assert len(shop.record(order_id).resolutions) == 1
    assert shop.effects() == UNDONE_EFFECTS


def test_resolution_of_an_order_without_failed_steps_is_409(shop: Shop) -> None:
    """Nothing changes; an unknown order is 404."""
    order_id = shop.run(an_order()).instance_id

    response = shop.resolve(order_id, "retry")

    kind = response.json()["type"].split(":")[-1]
    assert (response.status, kind) == (409, "nothing-to-resolve")
    assert shop.get(order_id)["status"] == "completed"
    assert shop.resolve("ord_unknown", "retry").status == 404


@pytest.mark.parametrize("port", ["order_store", "carrier"])
def test_retry_of_a_failed_dispatch_completes_the_order(shop: Shop, port: str) -> None:
    """Whether the record or the carrier was unavailable."""
    shop.replace_ports(**{port: Failing(getattr(shop.services, port), "dispatch", before=FOREVER)})
    order_id = shop.run(an_order()).instance_id
    assert shop.get(order_id)["failedSteps"] == ["dispatchOrder"]
    shop.restore_ports()

    run = resolve_and_wait(shop, order_id, "retry")

    assert run.output["status"] == "completed"
    assert shop.effects() == COMPLETED_EFFECTS


@pytest.mark.parametrize(
    ("action", "emails", "note"),
    [
        ("settledElsewhere", ["confirmation"], "dispatchOrder was settled elsewhere."),
        ("skip", [], "dispatchOrder was skipped."),
    ],
)
def test_resolved_dispatch_is_not_repeated(
    shop: Shop, action: str, emails: list[str], note: str
) -> None:
    """The order is completed; of a skipped dispatch no confirmation is sent."""
    shop.replace_ports(carrier=Failing(shop.carrier, "dispatch", before=FOREVER))
    order_id = shop.run(an_order()).instance_id
    shop.restore_ports()

    run = resolve_and_wait(shop, order_id, action)

    assert run.output["status"] == "completed"
    assert run.output["notes"] == [note]
    assert shop.effects() == ["authorized", "captured", "booked", *emails]


def test_shipment_dispatched_by_an_operator_cannot_be_canceled(shop: Shop) -> None:
    """Also if the record could not be updated at the dispatch: the payment is not refunded."""
    shop.replace_ports(order_store=Failing(shop.services.order_store, "dispatch", before=FOREVER))
    order_id = shop.run(an_order()).instance_id
    shop.replace_ports(carrier=Failing(shop.carrier, "book", before=1))
    shop.resolve(order_id, "settledElsewhere")
    shop.app.wait_until_idle()

    assert shop.cancel(order_id).status == 409
    assert shop.app.wait(order_id).output["status"] == "completed"


def test_failed_email_is_in_the_queue(shop: Shop) -> None:
    """The order is completed regardless."""
    order_id = shop.run(UNDELIVERABLE).instance_id

    (entry,) = shop.attention_queue()

    assert (entry["orderId"], entry["status"]) == (order_id, "completed")
    assert entry["failedSteps"] == ["sendConfirmation"]
    assert entry["notes"] == ["The confirmation email could not be sent."]


@pytest.mark.parametrize("action", ["settledElsewhere", "skip"])
def test_resolved_email_leaves_the_queue(shop: Shop, action: str) -> None:
    """Nothing is restarted; the order's note remains."""
    order_id = shop.run(UNDELIVERABLE).instance_id

    response = shop.resolve(order_id, action)

    assert response.json()["status"] == "completed"
    assert shop.attention_queue() == []
    assert shop.get(order_id)["notes"] == ["The confirmation email could not be sent."]


def test_retried_email_is_sent(shop: Shop) -> None:
    """The order is then completed without a note."""
    shop.replace_ports(mailer=Failing(shop.mailer, "send", before=FOREVER))
    order_id = shop.run(an_order()).instance_id
    shop.restore_ports()

    run = resolve_and_wait(shop, order_id, "retry")

    assert run.output["status"] == "completed"
    assert "notes" not in run.output
    assert shop.effects() == COMPLETED_EFFECTS


def test_queue_is_listed_in_pages(shop: Shop) -> None:
    """Oldest order first."""
    order_ids = [shop.run(UNDELIVERABLE).instance_id for _ in range(3)]

    first = shop.app.request("GET", "/api/operations/attention?limit=2").json()
    second = shop.app.request("GET", first["links"]["next"]).json()

    listed = [entry["orderId"] for page in (first, second) for entry in page["orders"]]
    assert listed == order_ids
    assert second["links"] == {}
    assert shop.app.request("GET", "/api/operations/attention?x=1").status == 400


@pytest.mark.parametrize(
    ("order", "status"),
    [(an_order(), "completed"), (an_order(payment_method="pm_card_chargeDeclined"), "rejected")],
)
def test_order_keeps_its_status_while_its_email_is_retried(
    shop: Shop, order: dict[str, Any], status: str
) -> None:
    """In the order, the list and the response; also if the email fails again."""
    shop.replace_ports(mailer=Failing(shop.mailer, "send", before=FOREVER))
    order_id = shop.run(order).instance_id

    response = shop.resolve(order_id, "retry")
    shop.app.wait_until_idle()

    (listed,) = shop.app.request("GET", f"/api/orders?status={status}").json()["orders"]
    shown = [response.json()["status"], shop.get(order_id)["status"], listed["status"]]
    assert shown == [status] * 3
    assert shop.app.get_run(order_id).status == "Running"
    shop.app.wait(order_id)
    assert shop.get(order_id)["status"] == status
    assert len(shop.attention_queue()) == 1
