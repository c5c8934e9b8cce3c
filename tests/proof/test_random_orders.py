"""Does it all add up when many orders want few articles, and much goes wrong at once?

`LONG=1 ./scripts/test -k random_orders` tries many more shops.
"""

import os
import tempfile
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.builders import an_order
from tests.faults import FOREVER, Failing
from tests.proof.behind import level, the_audit
from tests.shop import Shop, open_shop

EXAMPLES: Final = 300 if os.environ.get("LONG") else 12

SKUS: Final = ("LAMP-OAK", "MUG-BLUE")
METHODS: Final = (
    *("pm_card_visa", "pm_card_visa", "pm_card_chargeDeclined", "pm_sandbox_flaky"),
    *("pm_sandbox_timeoutBeforeEffect", "pm_sandbox_timeoutAfterEffect"),
    *("pm_sandbox_unavailable", "pm_sandbox_captureUnavailable", "pm_sandbox_captureRefused"),
    *("pm_sandbox_captureAnswerLost", "pm_sandbox_refundRefused", "pm_sandbox_refundUnavailable"),
    "pm_sandbox_undoUnavailable",
)
POSTAL_CODES: Final = ("10115", "10115", "00000", "00001", "00002", "00003")
CALLS: Final = (
    *(("payments", "authorize"), ("payments", "capture"), ("payments", "withdraw")),
    *(("carrier", "book"), ("carrier", "cancel"), ("carrier", "release")),
    *(("mailer", "send_confirmation"), ("order_book", "judge"), ("order_book", "dispatch")),
    *(("order_book", "begin_undo"), ("order_book", "close")),
)


@dataclass(frozen=True, slots=True)
class Fault:
    """A port's method that fails so often before its effect, and then so often after it."""

    call: tuple[str, str]
    before: int
    after: int


@dataclass(frozen=True, slots=True)
class Blow:
    """What happens to one of the orders, after so many timers have fired."""

    kind: str
    order: int
    after: int


ORDERS = st.builds(
    lambda lines, method, code: an_order(
        lines=[{"sku": sku, "quantity": quantity} for sku, quantity in lines],
        payment_method=method,
        postal_code=code,
    ),
    st.lists(st.tuples(st.sampled_from(SKUS), st.integers(1, 3)), min_size=1, max_size=3),
    st.sampled_from(METHODS),
    st.sampled_from(POSTAL_CODES),
)
FAULTS = st.builds(
    Fault,
    st.sampled_from(CALLS),
    st.one_of(st.integers(0, 5), st.just(FOREVER)),
    st.integers(0, 3),
)
BLOWS = st.builds(Blow, st.sampled_from(("cancel", "lose")), st.integers(0, 7), st.integers(0, 12))


def break_ports(shop: Shop, faults: list[Fault]) -> None:
    """Let the ports fail, several methods of one port perhaps."""
    ports: dict[str, Any] = {}
    for fault in faults:
        name, method = fault.call
        port = ports.get(name, getattr(shop.services, name))
        ports[name] = Failing(port, method, before=fault.before, after=fault.after)
    shop.use(**ports)


def cancel(shop: Shop, order_id: str) -> None:
    """The customer wants to stop."""
    answer = shop.app.request("POST", f"/api/orders/{order_id}/cancel")
    assert answer.status in {202, 409}, answer.text


def lose(shop: Shop, order_id: str) -> None:
    """The run is lost, and the order taken up again at once."""
    if shop.app.look(order_id).status in {"Pending", "Running"}:
        shop.app.terminate(order_id, "lost")
        shop.app.settle()
        shop.app.start("processOrder", {"orderId": order_id}, order_id)


HAPPENINGS: Final[dict[str, Callable[[Shop, str], None]]] = {"cancel": cancel, "lose": lose}


def live(shop: Shop, order_ids: list[str], blows: list[Blow]) -> None:
    """Let time pass, with every blow at its time."""
    for moment in range(13):
        shop.app.settle()
        for blow in blows:
            if blow.after == moment:
                HAPPENINGS[blow.kind](shop, order_ids[blow.order % len(order_ids)])
        shop.pass_time()


def end(shop: Shop, order_id: str) -> str:
    """See the order to its end; a run that could not reach the book is done again."""
    shop.app.wait(order_id)
    if shop.record(order_id).outcome is None and not shop.record(order_id).attention:
        shop.run_again(order_id)
    return str(shop.look(order_id)["status"])


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
    st.lists(BLOWS, max_size=5),
)
def test_random_orders_add_up_whatever_goes_wrong(
    orders: list[dict[str, Any]], faults: list[Fault], blows: list[Blow]
) -> None:
    """Every order ends, the audit is clean, and no article has fewer than none."""
    with ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        shop = stack.enter_context(open_shop(Path(folder)))
        break_ports(shop, faults)
        order_ids = [shop.place(order) for order in orders]
        live(shop, order_ids, blows)
        for order_id in order_ids:
            shop.app.wait(order_id)
        shop.mend()
        ends = [end(shop, order_id) for order_id in order_ids]

        assert not {"placed", "processing"} & set(ends), ends
        assert the_audit(shop)["findings"] == []
        assert min(min(level(shop, sku).values()) for sku in SKUS) >= 0
