"""Events of partners: the order's current state is fetched and reconciled, whatever they say.

The number of a public bug report names a shop that had the fault against which a test guards.
"""

from concurrent.futures import ThreadPoolExecutor
from itertools import permutations
from typing import Any

import pytest

from orders.domain.errors import StoreUnavailableError
from orders.domain.money import Money
from orders.domain.partner_events import EventStatus, Partner
from orders.reconciliation import handle_event, reconcile_order
from tests.builders import an_order
from tests.faults import Outage
from tests.inspection import audit, email_kinds
from tests.partner_events import (
    a_body,
    complete,
    failed_steps,
    instance_of,
    pass_time,
    post_event,
    refund,
    send_event,
    stored_event,
)
from tests.shop import Shop

TOTAL = 3470
REFUND_FAIL = an_order(payment_method="pm_card_refundFail")
DISPUTE = an_order(payment_method="pm_card_createDispute")


def test_event_runs_one_activity(shop: Shop) -> None:
    """It ends with the state of the event."""
    order_id = complete(shop, an_order())

    event = send_event(shop, order_id)
    run = shop.app.wait(instance_of(shop))

    assert (event.status, event.order_id) == (EventStatus.HANDLED, order_id)
    assert (run.activities, run.output) == (["reconcileOrder"], {"status": "handled"})


def test_content_of_an_event_is_never_applied(shop: Shop) -> None:
    """It says that a refund failed; the gateway says that it is paid."""
    order_id = complete(shop, an_order())
    refund(shop, order_id, 1000)
    before = shop.record(order_id)

    send_event(shop, order_id)

    assert shop.record(order_id) == before
    assert shop.attention_queue() == []


@pytest.mark.parametrize("port", ["carrier", "switch"])
def test_waiting_order_ends_when_its_authorization_lapses(shop: Shop, port: str) -> None:
    """Now, and not at its deadline; nothing is dispatched (woocommerce-gateway-stripe#1378)."""
    if port == "carrier":
        shop.replace_ports(carrier=Outage(shop.carrier, "book"))
    else:
        shop.set_switch("capture", on=False)
    order_id = shop.place(an_order(payment_method="pm_sandbox_lapses90s"))
    shop.let_minutes_pass(1)
    assert shop.get(order_id)["status"] == "waiting"
    pass_time(shop, 31)

    send_event(shop, order_id)
    shop.let_minutes_pass(1)

    view = shop.get(order_id)
    assert (view["status"], view["reason"]) == ("rejected", "authorizationLapsed")
    assert "dispatched" not in shop.effects()
    assert email_kinds(shop) == ["rejected"]
    assert audit(shop)["findings"] == []


def test_order_with_a_lapsed_authorization_is_not_dispatched(shop: Shop) -> None:
    """Also without an event: the capture comes before the dispatch and is refused."""
    shop.set_switch("capture", on=False)
    order_id = shop.place(an_order(payment_method="pm_sandbox_lapses90s"))
    shop.app.wait_until_idle()
    pass_time(shop, 95)
    shop.set_switch("capture", on=True)
    shop.let_minutes_pass(2)

    assert shop.get(order_id)["status"] == "rejected"
    assert "dispatched" not in shop.effects()


@pytest.mark.parametrize(
    ("postal_code", "status", "steps"),
    [
        ("00007", "delivered", []),
        ("00008", "lost", ["clarifyShipment"]),
        ("00009", "returned", ["clarifyShipment"]),
    ],
)
def test_end_of_the_transport_is_shown(
    shop: Shop, postal_code: str, status: str, steps: list[str]
) -> None:
    """With the time; an operator is told if the customer does not have the shipment."""
    order_id = complete(shop, an_order(postal_code=postal_code))
    pass_time(shop)

    send_event(shop, order_id, partner=Partner.CARRIER)

    delivery = shop.get(order_id)["delivery"]
    assert (delivery["status"], delivery["at"] > shop.get(order_id)["endedAt"]) == (status, True)
    assert failed_steps(shop) == steps
    assert audit(shop)["findings"] == []


def test_event_before_its_order_is_handled_later(shop: Shop) -> None:
    """It is not answered and forgotten (statamic-cargo#190)."""
    order_id = shop.place(an_order(postal_code="00007"), "k")
    shop.app.wait_until_idle()
    pass_time(shop)
    shop.replace_ports(order_store=_Without(shop.services.order_store, order_id))
    event = send_event(shop, order_id, partner=Partner.CARRIER)
    assert (event.status, event.order_id) == (EventStatus.UNMATCHED, order_id)
    shop.restore_ports()

    shop.let_minutes_pass(3)

    assert stored_event(shop, partner=Partner.CARRIER).status is EventStatus.HANDLED
    assert shop.get(order_id)["delivery"]["status"] == "delivered"


class _Without:
    """An order store that does not have one of the orders yet."""

    def __init__(self, store: object, order_id: str) -> None:
        self._store = store
        self._order_id = order_id

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - any method of the store
        return getattr(self._store, name)

    def find(self, order_id: str) -> object:
        """Return the order's record, unless it is the missing one."""
        return None if order_id == self._order_id else getattr(self._store, "find")(order_id)  # noqa: B009 - an untyped store


def test_event_of_a_deleted_order_is_ignored(shop: Shop) -> None:
    """The gateway still knows its payment."""
    order_id = complete(shop, an_order())
    shop.services.order_store.delete(order_id)

    assert send_event(shop, order_id).status is EventStatus.IGNORED


def test_event_of_another_system_is_ignored(shop: Shop) -> None:
    """Its object leads to something that is no order ID."""
    shop.payments.authorize("invoice-7", Money(100, "EUR"), "pm_card_visa")

    event = send_event(shop, "invoice-7")

    assert (event.status, event.order_id) == (EventStatus.IGNORED, None)


def test_events_in_any_order_and_twice_lead_to_the_same_record(shop: Shop) -> None:
    """An older event that arrives last overwrites nothing (cashier-stripe#1201)."""
    order = an_order(payment_method="pm_sandbox_disputeLost", postal_code="00008")
    order_id = complete(shop, order)
    pass_time(shop, 60)
    fresh, results = shop.record(order_id), set()
    partners = [Partner.PAYMENTS, Partner.PAYMENTS, Partner.CARRIER]
    for number, arrivals in enumerate(permutations(enumerate(partners))):
        shop.update(order_id, lambda _: (fresh, None))
        for event, partner in (*arrivals, *arrivals):
            post_event(shop, a_body(order_id, f"evt_{number}_{event}"), partner)
        shop.app.wait_until_idle()
        (dispute,) = shop.get(order_id)["disputes"]
        delivery = shop.get(order_id)["delivery"]
        results.add((dispute["status"], delivery["status"], *failed_steps(shop)))

    assert results == {("lost", "lost", "clarifyShipment", "handleDispute")}


def test_concurrent_events_have_one_effect(shop: Shop) -> None:
    """Duplicates do not count twice (opencollective#5644)."""
    order_id = complete(shop, REFUND_FAIL)
    refund(shop, order_id, 1000)
    pass_time(shop)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda n: post_event(shop, a_body(order_id, f"evt_{n % 4}")), range(16)))
    shop.app.wait_until_idle()

    record = shop.record(order_id)
    assert [refund.status for refund in record.refunds] == ["failed"]
    assert failed_steps(shop) == ["refundPayment"]
    assert record.refundable.minor == TOTAL - 1000


def test_newer_state_wins_over_an_older_one(shop: Shop) -> None:
    """A slow caller finds that the record has changed, and fetches the state again."""
    order_id = complete(shop, an_order(payment_method="pm_sandbox_disputeWon"))
    pass_time(shop, 10)
    old = shop.payments.state(order_id)
    pass_time(shop, 60)
    slow = _Slow(shop, order_id, old)
    shop.replace_ports(payments=slow)

    result = reconcile_order(order_id, Partner.PAYMENTS)

    assert result is not None
    assert [item.status for item in result.record.reported.disputes] == ["won"]
    assert slow.calls == 2
    assert shop.attention_queue() == []


class _Slow:
    """A gateway whose first answer is old: another caller is faster meanwhile."""

    def __init__(self, shop: Shop, order_id: str, old: object) -> None:
        self._shop = shop
        self._order_id = order_id
        self._old = old
        self.calls = 0

    def state(self, order_id: str) -> object:
        """Return an old state once."""
        self.calls += 1
        if self.calls > 1:
            return self._shop.payments.state(order_id)
        now = self._shop.app.clock.now()
        self._shop.update(order_id, lambda record: record.record_purge(now))
        return self._old


def test_record_that_changes_all_the_time_is_reconciled_later(shop: Shop) -> None:
    """The event stays pending."""
    order_id = complete(shop, an_order(postal_code="00007"))
    pass_time(shop)
    carrier = shop.carrier

    class Changing:
        def track(self, order_id: str) -> object:
            now = shop.app.clock.now()
            shop.update(order_id, lambda record: record.record_purge(now))
            return carrier.track(order_id)

    shop.replace_ports(carrier=Changing())

    with pytest.raises(StoreUnavailableError, match="changes all the time"):
        reconcile_order(order_id, Partner.CARRIER)
    assert shop.record(order_id).reported.delivery is None


def test_unavailable_partner_leaves_the_event_pending(shop: Shop) -> None:
    """It is handled when the partner answers."""
    order_id = complete(shop, DISPUTE)
    outage = Outage(shop.payments)
    shop.replace_ports(payments=outage)
    post_event(shop, a_body(order_id))
    run = shop.app.wait(instance_of(shop))
    assert run.output == {"status": "pending"}
    outage.is_over = True

    shop.let_minutes_pass(5)

    assert stored_event(shop).status is EventStatus.HANDLED
    assert failed_steps(shop) == ["handleDispute"]


def test_late_attempt_of_a_handled_event_does_nothing(shop: Shop) -> None:
    """Activities run at least once."""
    order_id = complete(shop, an_order())
    send_event(shop, order_id)
    shop.replace_ports(payments=Outage(shop.payments))

    assert handle_event(Partner.PAYMENTS, "evt_1") is EventStatus.HANDLED
    assert handle_event(Partner.PAYMENTS, "evt_unknown") is EventStatus.IGNORED
