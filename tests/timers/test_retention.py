"""Retention: ended orders are purged, erased and deleted, each in its time, and no others."""

from pathlib import Path

import pytest

from orders import retention
from orders.domain.outcome import Outcome
from tests.builders import a_customer, a_refund, a_stored_order, an_order
from tests.faults import FOREVER, Failing
from tests.inspection import audit, stock_state
from tests.partner_events import instance_of, listed_events, send_event
from tests.privacy import personal_data_in, text_of_files
from tests.shop import MANAGEMENT_API, Shop


def test_order_that_ended_recently_is_kept(shop: Shop) -> None:
    """For sixty days."""
    order_id = shop.run(an_order()).instance_id

    shop.advance_days(58)

    assert shop.record(order_id).purged_at is None
    assert shop.app.get_run(order_id).status == "Completed"


def test_old_order_is_purged_from_the_engine(shop: Shop) -> None:
    """The record remains, the stock's totals include it, and the audit is clean."""
    order_id = shop.run(an_order()).instance_id

    shop.advance_days(61)

    with pytest.raises(LookupError):
        shop.app.get_run(order_id)
    assert stock_state(shop)["reservations"] == {}
    assert stock_state(shop)["sold"] == 2
    assert shop.get(order_id)["status"] == "completed"
    assert audit(shop)["clean"]


def test_refunds_are_purged_with_their_order(shop: Shop) -> None:
    """A refund after the purge is purged when the order is deleted."""
    order_id = shop.run(an_order()).instance_id
    first = shop.request_refund(order_id, a_refund(1000), "first")
    shop.app.wait_until_idle()
    shop.advance_days(61)
    later = shop.request_refund(order_id, a_refund(), "later")
    shop.app.wait_until_idle()
    shop.advance_days(340)

    for refund_id in (first, later):
        with pytest.raises(LookupError):
            shop.app.get_run(refund_id)
    assert shop.services.order_store.find(order_id) is None


def test_personal_data_is_erased_after_ninety_days(shop: Shop, tmp_path: Path) -> None:
    """The files contain none of it, not even in deleted rows."""
    order_id = shop.run(an_order(reference="PO-1")).instance_id

    shop.advance_days(91)

    assert shop.services.order_store.customer(order_id) is None
    assert shop.get(order_id)["status"] == "completed"
    assert personal_data_in(text_of_files(tmp_path / "orders")) == []


def test_idempotency_key_finds_its_order_until_it_is_deleted(shop: Shop) -> None:
    """After that the key is free for a new order."""
    order_id = shop.place(an_order(), "key")
    shop.app.wait(order_id)

    shop.advance_days(100)
    assert shop.post(an_order(), "key").json()["status"] == "completed"

    shop.advance_days(301)
    assert shop.app.request("GET", f"/api/orders/{order_id}").status == 404
    assert shop.post(an_order(), "key").json()["status"] == "placed"


def test_key_of_a_deleted_order_places_an_order_with_a_new_id(shop: Shop) -> None:
    """Partners still know the deleted order by its ID."""
    order_ids = []
    for _ in range(3):
        order_ids.append(shop.place(an_order(), "key"))
        shop.app.wait(order_ids[-1])
        assert shop.place(an_order(), "key") == order_ids[-1]
        shop.advance_days(401)

    assert len(set(order_ids)) == 3
    assert [shop.effects().count(effect) for effect in ("captured", "dispatched")] == [3, 3]


def test_order_with_an_open_refund_is_not_deleted(shop: Shop) -> None:
    """Also if the refund was requested after the order was listed for deletion."""
    order_id = shop.run(an_order()).instance_id
    shop.replace_ports(payments=Failing(shop.payments, "refund", before=1))
    refund_id = shop.request_refund(order_id, a_refund())
    shop.app.wait_until_idle()
    shop.services.order_store.delete(order_id)
    shop.app.wait(refund_id)

    assert shop.get(order_id)["refunds"][0]["status"] == "paid"
    assert not shop.services.order_store.is_deleted(order_id)


def test_order_that_needs_attention_is_kept(shop: Shop) -> None:
    """As long as it is in the queue."""
    shop.replace_ports(carrier=Failing(shop.carrier, "cancel", before=FOREVER))
    order_id = shop.run(an_order(payment_method="pm_sandbox_captureUnavailable")).instance_id

    shop.advance_days(500)

    record = shop.record(order_id)
    assert (record.purged_at, record.erased_at) == (None, None)
    assert shop.services.order_store.customer(order_id) is not None


def test_retention_applies_to_more_orders_than_a_page_holds(shop: Shop) -> None:
    """In one night; one failure does not stop the others."""
    store = shop.services.order_store
    for number in range(120):
        store.place(a_stored_order(f"o{number:03}"), a_customer(), "f")
        shop.close(f"o{number:03}", Outcome.canceled())
    shop.replace_ports(order_store=Failing(store, "erase", before=1))

    shop.advance_days(91)

    kept = [number for number in range(120) if store.customer(f"o{number:03}")]
    assert len(kept) == 1


def test_counters_of_past_hours_are_deleted(shop: Shop) -> None:
    """They hold keyed hashes of addresses, which nobody needs after the hour."""
    ends_at = shop.app.clock.now()
    shop.services.quotas.use("k", 1, ends_at)

    shop.advance_days(1)

    assert shop.services.quotas.use("k", 1, ends_at)


def test_old_events_of_partners_are_deleted(shop: Shop) -> None:
    """With the histories of their orchestrations; younger ones remain."""
    send_event(shop, "ord_unknown", "evt_old")
    old = instance_of(shop, "evt_old")
    shop.advance_days(25)
    send_event(shop, "ord_unknown", "evt_new")

    shop.advance_days(6)

    assert [event["eventId"] for event in listed_events(shop)] == ["evt_new"]
    assert shop.app.request("GET", f"{MANAGEMENT_API}/instances/{old}").status == 404


def test_many_old_events_are_deleted_in_batches(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A night has a limited number of them."""
    monkeypatch.setattr(retention, "_BATCH_SIZE", 2)
    monkeypatch.setattr(retention, "_MAX_BATCHES", 2)
    for number in range(5):
        send_event(shop, "ord_unknown", f"evt_{number}")

    shop.advance_days(31)

    assert [event["eventId"] for event in listed_events(shop)] == ["evt_4"]
