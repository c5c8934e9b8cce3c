"""Random orders that compete for few products under random faults and incidents.

`LONG=1 ./scripts/test tests/random_orders` runs many more examples.
"""

import os
import tempfile
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Final

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.builders import an_order
from tests.inspection import audit, stock_level
from tests.random_orders.incidents import (
    FAULTS,
    INCIDENTS,
    ORDERS,
    SKUS,
    Fault,
    Incident,
    apply_incident,
    break_ports,
    restart_order,
    restart_refund,
)
from tests.shop import Shop, open_shop

EXAMPLES: Final = 300 if os.environ.get("LONG") else 12


def run_incidents(shop: Shop, order_ids: list[str], incidents: list[Incident]) -> None:
    """Move the clock from timer to timer, and let every incident happen at its time."""
    for fired in range(13):
        shop.app.wait_until_idle()
        for incident in incidents:
            if incident.after == fired:
                apply_incident(shop, order_ids, incident)
        shop.advance_to_next_timer()


def finish(shop: Shop, order_id: str) -> str:
    """Wait for the order and its refunds, restart what is still open, and return the status."""
    shop.app.wait(order_id)
    if shop.record(order_id).outcome is None and not shop.record(order_id).attention:
        restart_order(shop, order_id)
        shop.app.wait(order_id)
    for _ in range(2):  # the first orchestration may have begun while the store was unavailable
        for refund in shop.record(order_id).open_refunds:
            restart_refund(shop, order_id, refund.refund_id)
            shop.app.wait(refund.refund_id)
    return str(shop.get(order_id)["status"])


@pytest.mark.timeout(7200 if os.environ.get("LONG") else 120)
@pytest.mark.filterwarnings("ignore:Potential duplicate Task completion:UserWarning")
@settings(
    max_examples=EXAMPLES,
    deadline=None,
    database=None,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(
    st.lists(ORDERS, min_size=2, max_size=8),
    st.lists(FAULTS, max_size=3),
    st.lists(INCIDENTS, min_size=2, max_size=10),
)
def test_random_orders_end_with_consistent_records(
    orders: list[dict[str, Any]], faults: list[Fault], incidents: list[Incident]
) -> None:
    """Every order ends, the audit is clean, and neither stock nor money is negative."""
    with ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        shop = stack.enter_context(open_shop(Path(folder)))
        # Completed before any fault, so that there always is an order to refund.
        completed = shop.run(an_order()).instance_id
        break_ports(shop, faults)
        order_ids = [completed, *(shop.place(order) for order in orders)]
        run_incidents(shop, order_ids, incidents)
        for order_id in order_ids:
            shop.app.wait(order_id)
        shop.restore_ports()
        for order_id in order_ids:
            finish(shop, order_id)
        for incident in incidents:
            if incident.kind == "resolve":
                apply_incident(shop, order_ids, incident)
        statuses = {finish(shop, order_id) for order_id in order_ids}

        records = [shop.record(order_id) for order_id in order_ids]
        assert not {"placed", "processing"} & statuses
        assert not any(record.open_refunds for record in records)
        assert min(record.refundable.minor for record in records) >= 0
        assert audit(shop)["findings"] == []
        assert min(min(stock_level(shop, sku).values()) for sku in SKUS) >= 0
