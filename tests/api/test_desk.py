"""Can a person bring an order to its end that could not end by itself?"""

import pytest

from local_host.testing import Run
from tests.builders import an_order
from tests.faults import FOREVER, Failing
from tests.shop import Shop

CAPTURE_FAILS = an_order(payment_method="pm_sandbox_captureUnavailable")
UNDELIVERABLE = an_order(email="ada@undeliverable.example")
REJECTED = {"status": "rejected", "reason": "unavailable"}


def left_to_a_person(shop: Shop) -> str:
    """An order whose parcel could not be canceled."""
    shop.replace_ports(carrier=Failing(shop.carrier, "cancel", before=FOREVER))
    order_id = shop.run(CAPTURE_FAILS).instance_id
    shop.restore_ports()
    return order_id


def decided(shop: Shop, order_id: str, action: str) -> Run:
    """Decide, and see the order to its end."""
    answer = shop.resolve(order_id, action)
    assert answer.status == 202, answer.text
    return shop.app.wait(order_id)


def test_the_desk_is_empty_while_all_goes_well(shop: Shop) -> None:
    """Orders that ended by themselves need nobody."""
    shop.run(an_order())
    shop.run(an_order(payment_method="pm_card_chargeDeclined"))

    assert shop.attention_queue() == []


def test_the_desk_tells_what_failed_and_since_when(shop: Shop) -> None:
    """And where to decide."""
    order_id = left_to_a_person(shop)

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


def test_an_undo_that_failed_is_tried_again(shop: Shop) -> None:
    """Then the order ends as it was to end, and leaves the desk."""
    order_id = left_to_a_person(shop)

    run = decided(shop, order_id, "retry")

    assert run.output == REJECTED
    assert shop.get(order_id)["status"] == "rejected"
    assert shop.effects() == ["authorized", "voided", "booked", "canceled"]
    assert shop.attention_queue() == []


@pytest.mark.parametrize(
    ("action", "note"), [("settledElsewhere", "done by hand"), ("skip", "left out")]
)
def test_an_undo_that_a_person_takes_over_is_left_out(shop: Shop, action: str, note: str) -> None:
    """The order ends as it was to end, with a note."""
    order_id = left_to_a_person(shop)

    run = decided(shop, order_id, action)

    assert run.output == {
        **REJECTED,
        "notes": [f"cancelShipment was {note}."],
    }
    assert "cancelShipment" not in run.activities
    assert shop.effects() == ["authorized", "voided", "booked"]


def test_an_order_tells_what_was_decided(shop: Shop) -> None:
    """Without the name and the words of whoever decided: these stand at the desk."""
    order_id = left_to_a_person(shop)
    assert shop.get(order_id)["failedSteps"] == ["cancelShipment"]

    decided(shop, order_id, "settledElsewhere")

    (resolution,) = shop.get(order_id)["resolutions"]
    assert resolution.pop("at")
    assert resolution == {"action": "settledElsewhere", "steps": ["cancelShipment"]}


def test_an_order_that_fails_again_is_back_on_the_desk(shop: Shop) -> None:
    """With what was decided before."""
    order_id = left_to_a_person(shop)
    shop.replace_ports(carrier=Failing(shop.carrier, "cancel", before=FOREVER))

    decided(shop, order_id, "retry")

    (entry,) = shop.attention_queue()
    assert entry["failedSteps"] == ["cancelShipment"]
    assert [one["by"] for one in entry["resolutions"]] == ["Grace"]


def test_an_order_that_goes_on_says_so(shop: Shop) -> None:
    """It needs nobody until it fails again."""
    order_id = left_to_a_person(shop)
    shop.replace_ports(carrier=Failing(shop.carrier, "cancel", before=FOREVER))

    answer = shop.resolve(order_id, "retry")
    shop.app.settle()

    assert answer.json()["status"] == "processing"
    assert shop.get(order_id)["status"] == "processing"
    assert shop.attention_queue() == []


def test_deciding_twice_is_deciding_once(shop: Shop) -> None:
    """A double click, also after the order has ended."""
    order_id = left_to_a_person(shop)

    first, second = shop.resolve(order_id, "retry"), shop.resolve(order_id, "retry")
    shop.app.wait(order_id)
    third = shop.resolve(order_id, "retry")

    assert [first.status, second.status, third.status] == [202, 202, 202]
    assert len(shop.record(order_id).resolutions) == 1
    assert shop.effects() == ["authorized", "voided", "booked", "canceled"]


def test_there_is_nothing_to_decide_about_a_good_order(shop: Shop) -> None:
    """409, and nothing changes."""
    order_id = shop.run(an_order()).instance_id

    refused = shop.resolve(order_id, "retry")

    assert (refused.status, refused.json()["type"].split(":")[-1]) == (409, "nothing-to-resolve")
    assert shop.get(order_id)["status"] == "completed"
    assert shop.resolve("ord_nobody", "retry").status == 404


@pytest.mark.parametrize("port", ["order_book", "carrier"])
def test_an_order_that_stopped_after_the_gate_is_completed(shop: Shop, port: str) -> None:
    """The parcel left, or was to leave: the order goes on from there."""
    method = {"order_book": "dispatch", "carrier": "release"}[port]
    shop.replace_ports(**{port: Failing(getattr(shop.services, port), method, before=FOREVER)})
    order_id = shop.run(an_order()).instance_id
    assert shop.get(order_id)["failedSteps"] == ["dispatchOrder"]
    shop.restore_ports()

    run = decided(shop, order_id, "retry")

    assert run.output["status"] == "completed"
    assert shop.effects() == ["authorized", "captured", "booked", "dispatched", "sent"]


@pytest.mark.parametrize(
    ("action", "told", "note"),
    [("settledElsewhere", ["sent"], "done by hand"), ("skip", [], "left out")],
)
def test_a_shipment_that_a_person_let_go_is_not_let_go_again(
    shop: Shop, action: str, told: list[str], note: str
) -> None:
    """The order is completed without it; of a parcel that stays nobody is told that it left."""
    shop.replace_ports(carrier=Failing(shop.carrier, "release", before=FOREVER))
    order_id = shop.run(an_order()).instance_id
    shop.restore_ports()

    run = decided(shop, order_id, action)

    assert run.output["status"] == "completed"
    assert run.output["notes"] == [f"dispatchOrder was {note}."]
    assert shop.effects() == ["authorized", "captured", "booked", *told]


def test_a_shipment_that_a_person_let_go_cannot_be_canceled(shop: Shop) -> None:
    """Also where the book could not note that it may leave: nobody is paid back for it."""
    shop.replace_ports(order_store=Failing(shop.services.order_store, "dispatch", before=FOREVER))
    order_id = shop.run(an_order()).instance_id
    shop.replace_ports(carrier=Failing(shop.carrier, "book", before=1))
    shop.resolve(order_id, "settledElsewhere")
    shop.app.settle()
    answer = shop.app.request("POST", f"/api/orders/{order_id}/cancel")

    assert answer.status == 409
    assert shop.app.wait(order_id).output["status"] == "completed"


def test_a_mail_that_failed_is_told_on_the_desk(shop: Shop) -> None:
    """The order is completed all the same."""
    order_id = shop.run(UNDELIVERABLE).instance_id

    (entry,) = shop.attention_queue()

    assert (entry["orderId"], entry["status"]) == (order_id, "completed")
    assert entry["failedSteps"] == ["sendConfirmation"]
    assert entry["notes"] == ["The confirmation mail could not be sent."]


@pytest.mark.parametrize("action", ["settledElsewhere", "skip"])
def test_a_mail_that_is_given_up_leaves_the_desk(shop: Shop, action: str) -> None:
    """Nothing is run; the order's note stays."""
    order_id = shop.run(UNDELIVERABLE).instance_id

    answer = shop.resolve(order_id, action)

    assert answer.json()["status"] == "completed"
    assert shop.attention_queue() == []
    assert shop.get(order_id)["notes"] == ["The confirmation mail could not be sent."]


def test_a_mail_is_sent_later(shop: Shop) -> None:
    """The mailer works again: the mail goes out, and the order is completed without a note."""
    shop.replace_ports(mailer=Failing(shop.mailer, "send_confirmation", before=FOREVER))
    order_id = shop.run(an_order()).instance_id
    shop.restore_ports()

    run = decided(shop, order_id, "retry")

    assert run.output["status"] == "completed"
    assert "notes" not in run.output
    assert shop.effects() == ["authorized", "captured", "booked", "dispatched", "sent"]


def test_the_desk_is_read_a_page_at_a_time(shop: Shop) -> None:
    """Oldest order first."""
    orders = [shop.run(UNDELIVERABLE).instance_id for _ in range(3)]

    first = shop.app.request("GET", "/api/operations/attention?limit=2").json()
    second = shop.app.request("GET", first["links"]["next"]).json()

    shown = [entry["orderId"] for page in (first, second) for entry in page["orders"]]
    assert shown == orders
    assert second["links"] == {}
    assert shop.app.request("GET", "/api/operations/attention?x=1").status == 400
