"""Calls of waiting orders that are reported as lost and take effect during the wait or later.

The audit, which compares the orders with the records of the partners, stays clean.
"""

from dataclasses import dataclass, replace
from datetime import timedelta
from enum import StrEnum
from itertools import product

import pytest

import orders.services
from orders.domain.waits import WaitPolicy
from tests.builders import an_order
from tests.faults import Failing, Late, Outage
from tests.inspection import audit
from tests.orchestrators.test_real_partners import Partners
from tests.orchestrators.test_real_partners import partners as partners  # noqa: PLC0414 - a fixture
from tests.shop import Shop

#: Ports and methods for which an order waits. The first call is reported as lost, and all others
#: fail until the outage is over.
PARTNER_CALLS = [
    *(("payments", method) for method in ("authorize", "capture", "reverse")),
    *(("carrier", method) for method in ("book", "dispatch", "cancel")),
]
#: The ones that only an order makes that is undone.
CALLS_OF_UNDO = {"reverse", "cancel"}
#: Changes of a waiting order's record.
CHANGES = ["check_wait", "end_wait", "request_retry"]


class Ending(StrEnum):
    """How the wait ends."""

    OUTAGE_IS_OVER = "outage is over"
    EXPIRES = "expires"
    CANCELED = "canceled"


class Arrival(StrEnum):
    """When the lost call takes effect."""

    DURING_THE_WAIT = "during the wait"
    #: The order is done or undone, but its outcome is not recorded yet.
    AFTER_THE_WAIT = "after the wait"
    AFTER_THE_END = "after the end"


SITUATIONS = list(product(Ending, Arrival))
WAIT = timedelta(minutes=20)


@dataclass(frozen=True, slots=True, kw_only=True)
class Faults:
    """What fails around a waiting order."""

    late: Late
    outages: tuple[Outage, ...] = ()
    #: The outcome cannot be recorded.
    closing: Failing

    def end(self) -> None:
        """Let everything work again."""
        self.late.repair()
        for outage in self.outages:
            outage.is_over = True


def lose_partner_call(shop: Shop, port: str, method: str) -> Faults:
    """Let the first call of the method be lost, and the later ones fail."""
    late = Late(getattr(orders.services.services(), port), method, fails=True)
    closing = _closing(shop)
    _use(shop, {port: late, "order_store": closing})
    return Faults(late=late, closing=closing)


def lose_change(shop: Shop, change: str, *, later_ones_fail: bool) -> Faults:
    """Let the first change of this name be lost, while both partners are unavailable."""
    app, closing = orders.services.services(), _closing(shop)
    late = Late(closing, change, fails=later_ones_fail)
    payments, carrier = Outage(app.payments, "authorize"), Outage(app.carrier, "book")
    _use(shop, {"payments": payments, "carrier": carrier, "order_store": late})
    return Faults(late=late, outages=(payments, carrier), closing=closing)


def _closing(shop: Shop) -> Failing:
    return Failing(shop.services.order_store, "close")


def _use(shop: Shop, ports: dict[str, object]) -> None:
    app = orders.services.services()
    current = {name: getattr(app, name) for name in ("payments", "carrier", "mailer")}
    waits = WaitPolicy(before_capture=WAIT, after_capture=WAIT)
    settings = replace(shop.services.settings, waits=waits)
    shop.replace_ports(**{"settings": settings, **current, **ports})


def place_order_that_waits(shop: Shop, method: str) -> str:
    """Place an order that waits for the partner; for the call of an undo, cancel it first."""
    is_undone = method in CALLS_OF_UNDO
    if is_undone:
        shop.set_switch("dispatch", on=False)
    order_id = shop.place(an_order())
    shop.app.wait_until_idle()
    if is_undone:
        assert shop.cancel(order_id).status == 202
    shop.let_minutes_pass(6)
    assert shop.record(order_id).is_waiting
    return order_id


def place_order_that_waits_twice(shop: Shop, payments: Outage) -> str:
    """Place an order whose wait for the gateway ends, so that it waits for the carrier."""
    order_id = shop.place(an_order())
    shop.let_minutes_pass(3)
    payments.is_over = True
    shop.let_minutes_pass(3)
    return order_id


def end_wait(shop: Shop, order_id: str, faults: Faults, ending: Ending, arrival: Arrival) -> str:
    """Let the wait end and the lost call take effect, and return the order's last status."""
    if arrival is Arrival.DURING_THE_WAIT:
        faults.late.arrive()
    if arrival is Arrival.AFTER_THE_WAIT:
        faults.closing.fail()
    match ending:
        case Ending.OUTAGE_IS_OVER:
            faults.end()
        case Ending.CANCELED:
            shop.cancel(order_id)
        case Ending.EXPIRES:
            shop.let_minutes_pass(WAIT // timedelta(minutes=1))
    shop.let_minutes_pass(20)
    if arrival is Arrival.AFTER_THE_WAIT:
        assert shop.record(order_id).outcome is None
        faults.late.arrive()
        faults.closing.repair()
    faults.end()
    shop.let_minutes_pass(40)
    if shop.get(order_id)["status"] == "needsAttention":
        assert shop.resolve(order_id, "retry").status == 202
        shop.let_minutes_pass(1)
    faults.late.arrive()
    shop.let_minutes_pass(20)
    return str(shop.get(order_id)["status"])


def expected_status(method: str, ending: Ending) -> str:
    """Return the status of an order whose call of this method was lost."""
    if method in CALLS_OF_UNDO:
        return "canceled"
    if method == "dispatch" or ending is Ending.OUTAGE_IS_OVER:
        return "completed"
    return "rejected" if ending is Ending.EXPIRES else "canceled"


@pytest.mark.parametrize(("ending", "arrival"), SITUATIONS)
@pytest.mark.parametrize("call", PARTNER_CALLS, ids=".".join)
def test_late_call_of_a_waiting_order_changes_nothing(
    shop: Shop, call: tuple[str, str], ending: Ending, arrival: Arrival
) -> None:
    """The order ends as it does without the call."""
    faults = lose_partner_call(shop, *call)
    order_id = place_order_that_waits(shop, call[1])

    status = end_wait(shop, order_id, faults, ending, arrival)

    assert faults.late.has_arrived
    assert status == expected_status(call[1], ending)
    assert audit(shop)["findings"] == []


@pytest.mark.parametrize(("ending", "arrival"), SITUATIONS)
@pytest.mark.parametrize("call", PARTNER_CALLS, ids=".".join)
def test_late_call_of_a_waiting_order_to_a_real_partner_changes_nothing(
    shop: Shop, partners: Partners, call: tuple[str, str], ending: Ending, arrival: Arrival
) -> None:
    """The same with Stripe, an HTTP carrier and an SMTP server."""
    faults = lose_partner_call(shop, *call)
    order_id = place_order_that_waits(shop, call[1])

    status = end_wait(shop, order_id, faults, ending, arrival)

    assert faults.late.has_arrived
    assert status == expected_status(call[1], ending)
    assert audit(shop)["findings"] == []
    assert partners.effects()[0] in {0, 3470}


@pytest.mark.parametrize("later_ones_fail", [False, True], ids=["once", "for ever"])
@pytest.mark.parametrize(("ending", "arrival"), SITUATIONS)
@pytest.mark.parametrize("change", CHANGES)
def test_late_change_of_a_waiting_order_leaves_no_order_asleep(
    shop: Shop, change: str, ending: Ending, arrival: Arrival, *, later_ones_fail: bool
) -> None:
    """The order ends by itself, although its wait was begun, woken or ended too late."""
    faults = lose_change(shop, change, later_ones_fail=later_ones_fail)
    order_id = place_order_that_waits_twice(shop, faults.outages[0])

    status = end_wait(shop, order_id, faults, ending, arrival)

    assert faults.late.has_arrived
    if not later_ones_fail:
        assert status == expected_status("book", ending)
    assert status in {"completed", "rejected", "canceled"}
    assert audit(shop)["findings"] == []
