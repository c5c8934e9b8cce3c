"""Random orders that compete for few products under random faults and incidents.

`LONG=1 ./scripts/test tests/random_orders` runs many more examples.
"""

import os
import tempfile
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from orders.domain.waits import WaitPolicy
from tests.inspection import audit, stock_level
from tests.random_orders.incidents import (
    FAULTS,
    INCIDENTS,
    ORDERS,
    SKUS,
    STEPS,
    STOPPED,
    Incident,
    apply_incident,
)
from tests.random_orders.world import Fault, World
from tests.shop import open_shop

EXAMPLES: Final = 300 if os.environ.get("LONG") else 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """Orders, and everything that happens to them."""

    orders: list[dict[str, Any]]
    faults: list[Fault]
    stopped: set[str]
    incidents: list[Incident]
    waits: WaitPolicy
    updates_are_doubled: bool


#: How long orders wait. Operators and customers are informed after a minute.
WAITS: Final = st.sampled_from([2, 15, 60]).map(
    lambda minutes: WaitPolicy(
        before_capture=timedelta(minutes=minutes),
        after_capture=timedelta(minutes=minutes),
        authorization=timedelta(minutes=90),
        inform_customer_after=timedelta(minutes=1),
        inform_operator_after=timedelta(minutes=1),
    )
)
SCENARIOS: Final = st.builds(
    Scenario,
    orders=st.lists(ORDERS, min_size=2, max_size=8),
    faults=st.lists(FAULTS, max_size=3),
    stopped=STOPPED,
    incidents=st.lists(INCIDENTS, min_size=4, max_size=16),
    waits=WAITS,
    updates_are_doubled=st.booleans(),
)


def run_incidents(world: World, incidents: list[Incident]) -> None:
    """Move the clock step by step, and let every incident happen at its time."""
    for number in range(STEPS):
        world.shop.app.wait_until_idle()
        for incident in incidents:
            if incident.after == number:
                apply_incident(world, incident)
        if number < STEPS // 2:
            world.shop.advance_to_next_timer()
        else:
            world.shop.let_minutes_pass(1)


def end_orders(world: World, incidents: list[Incident]) -> None:
    """Let everything work again, and every order end; then operators resolve what is left."""
    world.repair()
    world.let_orders_end()
    for incident in incidents:
        if incident.kind == "resolve":
            apply_incident(world, incident)
    world.deliver_late_calls()
    world.let_orders_end()


@pytest.mark.timeout(7200 if os.environ.get("LONG") else 120)
@pytest.mark.filterwarnings("ignore:Potential duplicate Task completion:UserWarning")
@settings(
    max_examples=EXAMPLES,
    deadline=None,
    database=None,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(SCENARIOS)
def test_random_orders_end_by_themselves_with_consistent_records(scenario: Scenario) -> None:
    """The audit is clean, neither stock nor money is negative, and nothing leaves unpaid."""
    with ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        shop = stack.enter_context(open_shop(Path(folder)))
        world = World(shop=shop, settings=replace(shop.services.settings, waits=scenario.waits))
        world.complete_order()
        world.break_ports(scenario.faults, updates_are_doubled=scenario.updates_are_doubled)
        world.stop(scenario.stopped)
        for number, order in enumerate(scenario.orders):
            world.place(order, f"order-{number}")
        run_incidents(world, scenario.incidents)
        end_orders(world, scenario.incidents)

        assert audit(shop)["findings"] == []
        assert world.charged_twice() == []
        assert world.dispatched_without_payment() == set()
        assert min(record.refundable.minor for record in world.records()) >= 0
        assert min(min(stock_level(shop, sku).values()) for sku in SKUS) >= 0
