"""Open events: recovery starts them again, with growing pauses, and reports overdue ones."""

import logging
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from orders.domain.partner_events import EventStatus, Partner, PartnerEvent
from orders.ports.partner_events import EventChange, PartnerEvents
from tests.builders import an_order
from tests.faults import FOREVER, Failing, Outage
from tests.inspection import audit
from tests.partner_events import a_body, complete, instance_of, post_event, send_event, stored_event
from tests.shop import MANAGEMENT_API, Shop


def test_unmatched_event_is_tried_with_growing_pauses(shop: Shop) -> None:
    """The first time after two minutes."""
    send_event(shop, "ord_unknown")
    attempts = []
    for _ in range(4):
        shop.let_minutes_pass(4)
        attempts.append(stored_event(shop).attempts)

    assert stored_event(shop).status is EventStatus.UNMATCHED
    assert attempts == [2, 3, 3, 4]


def test_event_whose_orchestration_is_lost_is_handled(shop: Shop) -> None:
    """It was terminated before it had begun."""
    order_id = complete(shop, an_order())
    shop.replace_ports(payments=Outage(shop.payments))
    post_event(shop, a_body(order_id))
    shop.app.wait_until_idle()
    shop.manage(instance_of(shop), "terminate")
    shop.restore_ports()
    assert stored_event(shop).status is EventStatus.PENDING

    shop.let_minutes_pass(3)

    assert stored_event(shop).status is EventStatus.HANDLED


def test_limited_number_of_events_is_started_at_once(shop: Shop) -> None:
    """Those that are due longest come first."""
    for number in range(3):
        send_event(shop, "ord_unknown", f"evt_{number}")
    settings = shop.services.settings
    recovery = replace(settings.recovery, batch_size=2)
    shop.replace_ports(settings=replace(settings, recovery=recovery))
    shop.move_clock(timedelta(minutes=3))

    shop.run_recovery()

    assert [stored_event(shop, f"evt_{number}").attempts for number in range(3)] == [2, 2, 1]


def test_one_event_does_not_stop_the_others(shop: Shop, caplog: pytest.LogCaptureFixture) -> None:
    """The store fails for the first of them."""
    for number in range(2):
        send_event(shop, "ord_unknown", f"evt_{number}")
    shop.move_clock(timedelta(minutes=3))
    failing = Failing(shop.services.partner_events, "update", before=1)
    shop.replace_ports(partner_events=failing)

    shop.run_recovery()

    assert [stored_event(shop, f"evt_{number}").attempts for number in range(2)] == [1, 2]
    assert "event payments:evt_0 is skipped until the next run" in caplog.text


def test_event_that_is_not_handled_for_a_day_is_reported(
    shop: Shop, caplog: pytest.LogCaptureFixture
) -> None:
    """In the log under a stable name, and as a finding of the audit."""
    send_event(shop, "ord_unknown")
    shop.let_minutes_pass(23 * 60)
    assert "eventOverdue" not in caplog.text
    assert audit(shop)["findings"] == []

    shop.let_minutes_pass(7 * 60)

    (finding,) = audit(shop)["findings"]
    assert (finding["kind"], finding["orders"]) == ("eventOverdue", [])
    assert finding["detail"] == "payments:evt_1 (refund.failed), unmatched"
    lines = [line for line in caplog.messages if line.startswith("eventOverdue: ")]
    assert lines
    assert "payments:evt_1 (refund.failed) is unmatched since" in lines[0]


def test_overdue_event_names_its_order(shop: Shop) -> None:
    """The partner does not answer for a day."""
    order_id = complete(shop, an_order())
    store = Failing(shop.services.order_store, "find", before=FOREVER)
    shop.replace_ports(order_store=store)
    post_event(shop, a_body(order_id))
    shop.app.wait(instance_of(shop))
    shop.restore_ports()
    known = stored_event(shop).settle(EventStatus.UNMATCHED, order_id)
    shop.services.partner_events.update(known.partner, known.event_id, lambda _: known)
    shop.move_clock(timedelta(hours=25))

    (finding,) = audit(shop)["findings"]

    assert finding["orders"] == [order_id]


@pytest.mark.parametrize(
    ("order", "line"),
    [
        (an_order(payment_method="pm_card_createDispute"), "dispute: order {}, dp_sandbox"),
        (an_order(postal_code="00008"), "shipment: order {}, lost"),
        (an_order(postal_code="00007"), "shipment: order {}, delivered"),
    ],
)
def test_news_are_logged_under_stable_names(
    shop: Shop, caplog: pytest.LogCaptureFixture, order: dict[str, object], line: str
) -> None:
    """Once, however often the order is reconciled."""
    order_id = complete(shop, order)
    shop.move_clock(timedelta(minutes=1))
    with caplog.at_level(logging.INFO):
        for _ in range(2):
            response = shop.app.request("POST", "/admin/functions/nightlyAudit", json={})
            assert response.status == 202
            shop.app.wait_until_idle()

    assert sum(text.startswith(line.format(order_id)) for text in caplog.messages) == 1


def test_event_that_was_deleted_meanwhile_is_not_started(shop: Shop) -> None:
    """Another timer deletes it between the look and the attempt."""
    send_event(shop, "ord_unknown")
    run = instance_of(shop)
    shop.manage(run, "purge")
    shop.move_clock(timedelta(minutes=3))
    shop.replace_ports(partner_events=_Deleting(shop.services.partner_events))

    shop.run_recovery()

    assert shop.app.request("GET", f"{MANAGEMENT_API}/instances/{run}").status == 404


class _Deleting:
    """An inbox from which events are deleted after they were listed."""

    def __init__(self, events: PartnerEvents) -> None:
        self._events = events

    def pending(self, due_before: datetime, limit: int) -> tuple[PartnerEvent, ...]:
        """Return the due events, and delete them."""
        due = self._events.pending(due_before, limit)
        for event in due:
            self._events.delete(event)
        return due

    def update(self, partner: Partner, event_id: str, change: EventChange) -> PartnerEvent | None:
        """Find nothing."""
        return self._events.update(partner, event_id, change)
