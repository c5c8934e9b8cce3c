"""Does somebody look after orders that nobody brings to their end any more?"""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from tests.builders import a_booked_order, a_person, an_order
from tests.faults import FOREVER, Failing
from tests.shop import Shop

DONE_ONCE = ["authorized", "captured", "booked", "dispatched", "sent"]
UNDONE = ["authorized", "voided", "booked", "canceled"]
#: Books the parcel, and waits for its second try to hear of it.
ON_THE_WAY = an_order(postal_code="00002")


def minutes(shop: Shop, number: int) -> None:
    """Let minutes pass."""
    shop.app.let_pass(timedelta(minutes=number))


def manage(shop: Shop, order_id: str, verb: str) -> None:
    """Do something to the order's orchestration by hand."""
    path = f"/runtime/webhooks/durabletask/instances/{order_id}"
    method = "DELETE" if verb == "purge" else "POST"
    answer = shop.app.request(method, path if verb == "purge" else f"{path}/{verb}?reason=hand")
    assert answer.status in {200, 202}, answer.text
    shop.app.settle()


def lost_in_mid_order(shop: Shop, order: dict[str, Any]) -> str:
    """An order whose orchestration came to an end without one: its book could not be read."""
    shop.replace_ports(order_store=Failing(shop.services.order_store, "open", before=FOREVER))
    order_id = shop.place(order)
    shop.app.wait(order_id)
    shop.restore_ports()
    return order_id


def test_an_order_that_was_never_started_is_started(shop: Shop) -> None:
    """Whoever placed it wrote it down and died."""
    order = replace(a_booked_order("ord_1"), placed_at=shop.app.clock.now())
    shop.services.order_store.place(order, a_person(), "f")

    minutes(shop, 3)

    assert shop.get("ord_1")["status"] == "completed"
    assert shop.effects() == DONE_ONCE


def test_an_order_whose_run_failed_is_run_again(shop: Shop) -> None:
    """As the real host fails one whose worker dies in mid-episode."""
    order = replace(a_booked_order("ord_1"), placed_at=shop.app.clock.now())
    shop.services.order_store.place(order, a_person(), "f")
    failed = shop.app.run("changeStock", {"not": "a change"}, "ord_1")
    assert failed.status == "Failed"

    minutes(shop, 3)

    assert shop.get("ord_1")["status"] == "completed"
    assert shop.effects() == DONE_ONCE


def test_an_order_whose_run_ended_without_an_end_is_run_again(shop: Shop) -> None:
    """Until then it reads as under way."""
    order_id = lost_in_mid_order(shop, an_order())
    assert shop.get(order_id)["status"] == "processing"

    minutes(shop, 5)

    assert shop.get(order_id)["status"] == "completed"
    assert shop.effects() == DONE_ONCE


def test_an_order_that_was_purged_by_hand_is_run_again(shop: Shop) -> None:
    """What it had done is found; nothing is done twice."""
    shop.replace_ports(order_store=Failing(shop.services.order_store, "close", before=FOREVER))
    order_id = shop.place(an_order())
    shop.app.wait(order_id)
    shop.restore_ports()
    manage(shop, order_id, "purge")
    assert shop.get(order_id)["status"] == "processing"

    minutes(shop, 5)

    assert shop.get(order_id)["status"] == "completed"
    assert shop.effects() == DONE_ONCE


def test_an_order_that_was_terminated_by_hand_is_undone(shop: Shop) -> None:
    """Somebody wanted it to end."""
    order_id = shop.place(ON_THE_WAY)
    shop.app.settle()
    shop.app.terminate(order_id, "by hand")

    minutes(shop, 5)

    assert shop.get(order_id)["status"] == "canceled"
    assert shop.effects() == UNDONE


def test_an_order_that_was_terminated_after_its_shipment_left_is_completed(shop: Shop) -> None:
    """There is nothing to undo any more."""
    order_id = shop.place(an_order(email="ada@undeliverable.example"))
    shop.app.settle()
    shop.app.terminate(order_id, "by hand")

    minutes(shop, 5)

    assert shop.get(order_id)["status"] == "completed"


def test_an_undoing_that_had_begun_is_finished(shop: Shop) -> None:
    """It is not turned round."""
    shop.replace_ports(carrier=Failing(shop.carrier, "cancel", before=FOREVER))
    order_id = shop.place(an_order(payment_method="pm_sandbox_captureUnavailable"))
    minutes(shop, 1)
    shop.app.terminate(order_id, "by hand")
    shop.restore_ports()

    minutes(shop, 5)

    assert shop.get(order_id)["status"] == "rejected"
    assert shop.effects() == UNDONE


def test_a_suspended_order_is_left_to_a_person(shop: Shop) -> None:
    """Nobody fights whoever suspended it; the desk's retry resumes it."""
    order_id = shop.place(ON_THE_WAY)
    shop.app.settle()
    manage(shop, order_id, "suspend")

    minutes(shop, 5)

    assert shop.record(order_id).recovery_attempts == 0
    assert shop.get(order_id)["status"] == "needsAttention"
    shop.resolve(order_id, "retry")
    assert shop.app.wait(order_id).output["status"] == "completed"
    assert shop.effects() == DONE_ONCE


def test_a_suspended_order_has_no_step_that_could_be_left_out(shop: Shop) -> None:
    """It can only be retried."""
    order_id = shop.place(ON_THE_WAY)
    shop.app.settle()
    manage(shop, order_id, "suspend")
    minutes(shop, 5)

    assert shop.resolve(order_id, "skip").status == 409


def test_an_order_that_is_lost_again_and_again_comes_to_the_desk(shop: Shop) -> None:
    """After five runs in vain, each later than the one before."""
    shop.replace_ports(order_store=Failing(shop.services.order_store, "open", before=FOREVER))
    order_id = shop.place(an_order())

    shop.app.let_pass(timedelta(hours=3))

    (entry,) = shop.attention_queue()
    assert (entry["orderId"], entry["attentionReason"], entry["recoveryAttempts"]) == (
        order_id,
        "lost",
        5,
    )
    assert shop.get(order_id)["status"] == "needsAttention"


def test_the_desk_gives_a_lost_order_another_chance(shop: Shop) -> None:
    """It is run again, and ends."""
    shop.replace_ports(order_store=Failing(shop.services.order_store, "open", before=FOREVER))
    order_id = shop.place(an_order())
    shop.app.let_pass(timedelta(hours=3))
    shop.restore_ports()

    shop.resolve(order_id, "retry")
    shop.app.wait(order_id)

    assert shop.get(order_id)["status"] == "completed"
    assert shop.record(order_id).recovery_attempts == 0


def test_an_order_that_is_under_way_is_left_alone(shop: Shop) -> None:
    """However long its steps take to work again."""
    order_id = shop.place(an_order(payment_method="pm_sandbox_undoUnavailable"))
    shop.app.wait(order_id)

    assert shop.record(order_id).runs == 1


def test_a_book_that_cannot_be_read_stops_nobody_for_long(shop: Shop) -> None:
    """The next minute is another chance."""
    order_id = lost_in_mid_order(shop, an_order())
    shop.replace_ports(desk=Failing(shop.services.desk, "note_rescue", before=2))

    minutes(shop, 8)

    assert shop.get(order_id)["status"] == "completed"
