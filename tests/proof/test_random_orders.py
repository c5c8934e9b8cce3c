"""Does it all add up when many orders want few articles, and much goes wrong at once?

`LONG=1 ./scripts/test -k random_orders` tries many more shops.
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
from tests.proof.behind import level, the_audit
from tests.proof.blows import (
    BLOWS,
    FAULTS,
    ORDERS,
    SKUS,
    Blow,
    Fault,
    befall,
    break_ports,
    take_up,
)
from tests.shop import Shop, open_shop

EXAMPLES: Final = 300 if os.environ.get("LONG") else 12


def live(shop: Shop, order_ids: list[str], blows: list[Blow]) -> None:
    """Let time pass, with every blow at its time."""
    for moment in range(13):
        shop.app.settle()
        for blow in blows:
            if blow.after == moment:
                befall(shop, order_ids, blow)
        shop.advance_to_next_timer()


def end(shop: Shop, order_id: str) -> str:
    """See the order to its end; a run that could not reach the book is done again."""
    shop.app.wait(order_id)
    if shop.record(order_id).outcome is None and not shop.record(order_id).attention:
        take_up(shop, "processOrder", {"orderId": order_id}, order_id)
        shop.app.wait(order_id)
    for one in shop.record(order_id).open_refunds:
        shop.app.wait(one.refund_id)
    for one in shop.record(order_id).open_refunds:
        asked = {"orderId": order_id, "refundId": one.refund_id}
        take_up(shop, "refundOrder", asked, one.refund_id)
        shop.app.wait(one.refund_id)
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
    st.lists(BLOWS, min_size=2, max_size=10),
)
def test_random_orders_add_up_whatever_goes_wrong(
    orders: list[dict[str, Any]], faults: list[Fault], blows: list[Blow]
) -> None:
    """Every order ends, the audit is clean, and no article has fewer than none."""
    with ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        shop = stack.enter_context(open_shop(Path(folder)))
        good = shop.run(an_order()).instance_id  # whatever fails now, something can be paid back
        break_ports(shop, faults)
        order_ids = [good, *(shop.place(order) for order in orders)]
        live(shop, order_ids, blows)
        for order_id in order_ids:
            shop.app.wait(order_id)
        shop.restore_ports()
        for order_id in order_ids:
            end(shop, order_id)
        for blow in blows:
            if blow.kind == "resolve":
                befall(shop, order_ids, blow)
        ends = [end(shop, order_id) for order_id in order_ids]

        records = [shop.record(order_id) for order_id in order_ids]
        assert not {"placed", "processing"} & set(ends), ends
        assert not any(record.open_refunds for record in records)
        assert min(record.refundable.minor for record in records) >= 0
        assert the_audit(shop)["findings"] == []
        assert min(min(level(shop, sku).values()) for sku in SKUS) >= 0
