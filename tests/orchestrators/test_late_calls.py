"""Calls that are reported as lost and take effect later, as those of a worker believed dead.

The audit, which compares the orders with the records of the partners, stays clean.
"""

from itertools import product

import pytest

import orders.services
from tests.builders import a_refund, an_order
from tests.faults import FOREVER, Failing, Late
from tests.inspection import audit
from tests.orchestrators.test_real_partners import Partners
from tests.orchestrators.test_real_partners import partners as partners  # noqa: PLC0414 - a fixture
from tests.shop import Shop

#: Port, and its method or the name of a change of the order's record.
CALLS = [
    *(("payments", method) for method in ("authorize", "capture", "reverse", "refund")),
    *(("carrier", method) for method in ("book", "dispatch", "cancel")),
    ("mailer", "send"),
    *(("order_store", change) for change in ("open", "record_validation", "dispatch")),
    *(("order_store", change) for change in ("begin_undo", "close", "close_refund")),
]
#: Calls that only an order makes that is undone.
CALLS_OF_UNDO = {"reverse", "cancel", "begin_undo"}

#: What happens after the lost call: later calls fail, the customer cancels, and the lost call takes
#: effect during the retries, too.
SITUATIONS = list(product([False, True], repeat=3))


def run_with_late_call(shop: Shop, call: tuple[str, str], situation: tuple[bool, ...]) -> Late:
    """Run an order, and a refund if it completes; the lost call takes effect at the end."""
    later_calls_fail, is_canceled, arrives_during_retries = situation
    late = _replace_ports(shop, *call, fails=later_calls_fail)
    order_id = shop.place(an_order())
    shop.app.wait_until_idle()
    if arrives_during_retries:
        shop.advance_to_next_timer()
        shop.advance_to_next_timer()
    if is_canceled:
        shop.cancel(order_id)
    if arrives_during_retries:
        late.arrive()
    shop.let_minutes_pass(20)
    if shop.get(order_id)["status"] == "completed":
        assert shop.refund(order_id, a_refund(1000)).status == 202
        shop.let_minutes_pass(20)
    late.arrive()
    shop.let_minutes_pass(180)
    return late


def _replace_ports(shop: Shop, port: str, method: str, *, fails: bool) -> Late:
    """Let the call be lost. For a call of an undo, let the capture fail."""
    ports = {
        name: getattr(orders.services.services(), name)
        for name in ("payments", "carrier", "mailer", "order_store")
    }
    if method in CALLS_OF_UNDO:
        ports["payments"] = Failing(ports["payments"], "capture", before=FOREVER)
    late = ports[port] = Late(ports[port], method, fails=fails)
    shop.replace_ports(**ports)
    return late


@pytest.mark.parametrize("situation", SITUATIONS, ids=str)
@pytest.mark.parametrize("call", CALLS, ids=".".join)
def test_late_call_changes_nothing(
    shop: Shop, call: tuple[str, str], situation: tuple[bool, ...]
) -> None:
    """Nothing is charged, shipped or emailed that the order does not record."""
    late = run_with_late_call(shop, call, situation)

    assert late.has_arrived
    assert audit(shop)["findings"] == []


@pytest.mark.parametrize("situation", SITUATIONS, ids=str)
@pytest.mark.parametrize("call", CALLS, ids=".".join)
def test_late_call_to_a_real_partner_changes_nothing(
    shop: Shop, partners: Partners, call: tuple[str, str], situation: tuple[bool, ...]
) -> None:
    """The same with Stripe, an HTTP carrier and an SMTP server."""
    late = run_with_late_call(shop, call, situation)

    assert late.has_arrived
    assert audit(shop)["findings"] == []
    assert partners.effects()[0] in {0, 3470}
