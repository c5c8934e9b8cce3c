"""Is cleared away what nobody needs any more, and nothing else?"""

import gc
from pathlib import Path
from typing import Any

import pytest

from orders.domain.outcome import Outcome
from tests.builders import a_booked_order, a_person, a_refund, an_order
from tests.faults import FOREVER, Failing
from tests.shop import Shop
from tests.test_privacy import planted, text_of

UNDELIVERABLE = an_order(email="planted.wrenfield@undeliverable.example")


def erase(shop: Shop, order_id: str) -> int:
    """Ask for the order to be erased."""
    return shop.app.request("POST", f"/api/operations/orders/{order_id}/erase").status


def stock(shop: Shop) -> dict[str, Any]:
    """The stock's entity as the engine has it."""
    path = "/runtime/webhooks/durabletask/entities/stock/MUG-BLUE"
    state: dict[str, Any] = shop.app.request("GET", path).json()
    return state


def test_an_order_that_ended_lately_is_kept(shop: Shop) -> None:
    """For sixty days."""
    order_id = shop.run(an_order()).instance_id

    shop.advance_days(58)

    assert shop.record(order_id).purged_at is None
    assert shop.app.look(order_id).status == "Completed"
    assert order_id in stock(shop)["entries"]


def test_an_order_that_ended_long_ago_leaves_engine_and_stock(shop: Shop) -> None:
    """The book still knows it, and the stock's totals count it."""
    order_id = shop.run(an_order()).instance_id

    shop.advance_days(61)

    with pytest.raises(LookupError):
        shop.app.look(order_id)
    assert stock(shop)["entries"] == {}
    assert stock(shop)["sold"] == 2
    assert shop.get(order_id)["status"] == "completed"
    assert shop.app.request("GET", "/api/operations/audit").json()["clean"]


def test_refunds_leave_with_their_order(shop: Shop) -> None:
    """The first is purged with the order, a later one when the order is forgotten."""
    order_id = shop.run(an_order()).instance_id
    first = shop.refund(order_id, a_refund(1000), "first").json()["refundId"]
    shop.app.settle()
    shop.advance_days(61)
    later = shop.refund(order_id, a_refund(), "later").json()["refundId"]
    shop.app.settle()
    shop.advance_days(340)

    for refund_id in (first, later):
        with pytest.raises(LookupError):
            shop.app.look(refund_id)
    assert shop.services.order_store.find(order_id) is None


def test_nothing_personal_is_kept_for_ever(shop: Shop, tmp_path: Path) -> None:
    """After ninety days the files hold none of it: not even where it was deleted."""
    order_id = shop.run(an_order(reference="PO-1")).instance_id

    shop.advance_days(91)

    assert shop.services.order_store.customer(order_id) is None
    assert shop.get(order_id)["status"] == "completed"
    assert planted(text_of(tmp_path / "orders")) == []


def test_a_key_is_known_until_its_order_is_forgotten(shop: Shop) -> None:
    """Until then it finds the order, without personal part; then it is a new one."""
    order_id = shop.place(an_order(), "key")
    shop.app.wait(order_id)

    shop.advance_days(100)
    assert shop.post(an_order(), "key").json()["status"] == "completed"

    shop.advance_days(301)
    assert shop.app.request("GET", f"/api/orders/{order_id}").status == 404
    assert shop.post(an_order(), "key").json()["status"] == "placed"


def test_a_key_of_a_forgotten_order_buys_anew(shop: Shop) -> None:
    """Each time under another id: bank and carrier still know the old order by its own."""
    bought = []
    for _ in range(3):
        bought.append(shop.place(an_order(), "key"))
        shop.app.wait(bought[-1])
        assert shop.place(an_order(), "key") == bought[-1]
        shop.advance_days(401)

    assert len(set(bought)) == 3
    assert [shop.effects().count(effect) for effect in ("captured", "dispatched")] == [3, 3]


def test_a_refund_that_is_asked_for_at_the_last_moment_is_not_forgotten(shop: Shop) -> None:
    """The page was on the list when the refund was written there."""
    order_id = shop.run(an_order()).instance_id
    shop.replace_ports(payments=Failing(shop.payments, "refund", before=1))
    refund_id = shop.refund(order_id, a_refund()).json()["refundId"]
    shop.app.settle()
    shop.services.archive.forget(order_id)
    shop.app.wait(refund_id)

    assert shop.get(order_id)["refunds"][0]["status"] == "paid"
    assert not shop.services.order_store.is_deleted(order_id)


def test_what_needs_a_person_is_kept(shop: Shop) -> None:
    """As long as it lies on the desk."""
    shop.replace_ports(carrier=Failing(shop.carrier, "cancel", before=FOREVER))
    order_id = shop.run(an_order(payment_method="pm_sandbox_captureUnavailable")).instance_id

    shop.advance_days(500)

    record = shop.record(order_id)
    assert (record.purged_at, record.erased_at) == (None, None)
    assert shop.services.order_store.customer(order_id) is not None


def test_more_orders_than_a_page_holds_are_cleared_away(shop: Shop) -> None:
    """In one night, and one that fails stops no other."""
    book = shop.services.order_store
    for number in range(120):
        book.place(a_booked_order(f"o{number:03}"), a_person(), "f")
        book.close(f"o{number:03}", Outcome.canceled())
    shop.replace_ports(archive=Failing(shop.services.archive, "erase", before=1))

    shop.advance_days(91)

    kept = [n for n in range(120) if book.customer(f"o{n:03}")]
    assert len(kept) == 1


def test_an_order_is_erased_on_request(shop: Shop, tmp_path: Path) -> None:
    """Neither the book's file nor the outbox holds anything personal any more."""
    order_id = shop.run(an_order()).instance_id
    assert planted(text_of(tmp_path / "orders")) != []

    assert erase(shop, order_id) == 200

    gc.collect()
    assert planted(text_of(tmp_path / "orders")) == []
    assert shop.get(order_id)["status"] == "completed"
    assert [entry.detail for entry in shop.emails()] == [{}]
    assert shop.app.request("GET", "/api/operations/audit").json()["clean"]


def test_erasing_one_leaves_the_others(shop: Shop) -> None:
    """Also their mails."""
    first, second = (shop.run(an_order()).instance_id for _ in range(2))

    erase(shop, first)

    assert shop.services.order_store.customer(second) is not None
    assert [bool(entry.detail) for entry in shop.emails()] == [False, True]


def test_erasing_twice_is_erasing_once(shop: Shop) -> None:
    """The time of the first stands."""
    order_id = shop.run(an_order()).instance_id
    erase(shop, order_id)
    first = shop.record(order_id).erased_at

    assert erase(shop, order_id) == 200
    assert shop.record(order_id).erased_at == first is not None


def test_an_order_that_is_under_way_cannot_be_erased(shop: Shop) -> None:
    """It needs the address; the caller is told what to do first."""
    order_id = shop.place(an_order(postal_code="00002"))
    shop.app.settle()

    assert erase(shop, order_id) == 409
    assert shop.services.order_store.customer(order_id) is not None
    assert erase(shop, "ord_nobody") == 404


def test_a_mail_that_failed_is_given_up_with_the_address(shop: Shop, tmp_path: Path) -> None:
    """It leaves the desk, since nobody could be written to."""
    order_id = shop.run(UNDELIVERABLE).instance_id

    erase(shop, order_id)

    assert shop.attention_queue() == []
    assert planted(text_of(tmp_path / "orders")) == []


def test_what_people_wrote_about_an_order_is_erased(shop: Shop, tmp_path: Path) -> None:
    """Whoever decided, and in which words."""
    order_id = shop.run(UNDELIVERABLE).instance_id
    shop.resolve(order_id, "skip", note="told Philippa Planted-Wrenfield", by="Grace Planted")

    erase(shop, order_id)

    assert planted(text_of(tmp_path / "orders")) == []
    assert shop.get(order_id)["resolutions"][0]["action"] == "skip"
