"""What goes wrong with random orders, and what do customers ask for meanwhile?"""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final
from unittest import mock

from hypothesis import strategies as st

from local_host.errors import InstanceConflictError
from tests.builders import a_refund, an_order
from tests.faults import FOREVER, Failing
from tests.shop import Shop

SKUS: Final = ("LAMP-OAK", "MUG-BLUE")
METHODS: Final = (
    *(*("pm_card_visa",) * 6, "pm_card_chargeDeclined", "pm_sandbox_flaky"),
    *("pm_sandbox_timeoutBeforeEffect", "pm_sandbox_timeoutAfterEffect"),
    *("pm_sandbox_unavailable", "pm_sandbox_captureUnavailable", "pm_sandbox_captureRefused"),
    *("pm_sandbox_captureAnswerLost", "pm_sandbox_refundRefused", "pm_sandbox_refundUnavailable"),
    "pm_sandbox_undoUnavailable",
)
POSTAL_CODES: Final = (*("10115",) * 5, "00000", "00001", "00002", "00003")
CALLS: Final = (
    *(("payments", "authorize"), ("payments", "capture"), ("payments", "withdraw")),
    *(("carrier", "book"), ("carrier", "cancel"), ("carrier", "release")),
    *(("mailer", "send_confirmation"), ("order_book", "judge"), ("order_book", "dispatch")),
    *(("order_book", "begin_undo"), ("order_book", "close")),
    *(("payments", "refund"),) * 3,
    *(("mailer", "send_refund_notice"), ("refunds", "request"), ("refunds", "close")),
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
    #: How much is asked back; None: all that is left.
    minor: int | None
    #: Under which key, one of few, so that some are used again; of a decision, which one it is.
    key: str


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
BLOWS = st.builds(
    Blow,
    st.sampled_from(
        ("cancel", "lose", "refund", "refund", "refund", "lose_refund", "die", "resolve")
    ),
    st.integers(0, 7),
    st.integers(0, 12),
    st.one_of(st.none(), st.integers(1, 1500), st.integers(1, 4000)),
    st.sampled_from("abc"),
)


def break_ports(shop: Shop, faults: list[Fault]) -> None:
    """Let the ports fail, several methods of one port perhaps."""
    ports: dict[str, Any] = {}
    for fault in faults:
        name, method = fault.call
        port = ports.get(name, getattr(shop.services, name))
        ports[name] = Failing(port, method, before=fault.before, after=fault.after)
    shop.replace_ports(**ports)


def cancel(shop: Shop, order_id: str, _: Blow) -> None:
    """The customer wants to stop."""
    answer = shop.app.request("POST", f"/api/orders/{order_id}/cancel")
    assert answer.status in {202, 409}, answer.text


def refund(shop: Shop, order_id: str, blow: Blow) -> None:
    """Some of the money is asked back, perhaps once more, perhaps too much, perhaps too early."""
    answer = shop.refund(order_id, a_refund(blow.minor), blow.key)
    assert answer.status in {202, 409, 422, 503}, answer.text


def lose(shop: Shop, order_id: str, _: Blow) -> None:
    """The order's run is lost, and the order taken up again at once."""
    lose_run(shop, "processOrder", {"orderId": order_id}, order_id)


def lose_refund(shop: Shop, order_id: str, _: Blow) -> None:
    """The runs of the order's refunds are lost, and taken up again at once."""
    for one in shop.record(order_id).open_refunds:
        asked = {"orderId": order_id, "refundId": one.refund_id}
        lose_run(shop, "refundOrder", asked, one.refund_id)


def lose_run(shop: Shop, orchestration: str, asked: dict[str, str], instance_id: str) -> None:
    """A run that is under way is lost, and taken up again at once."""
    if shop.app.look(instance_id).status in {"Pending", "Running"}:
        shop.app.terminate(instance_id, "lost")
        shop.app.settle()
        take_up(shop, orchestration, asked, instance_id)


def take_up(shop: Shop, orchestration: str, asked: dict[str, str], instance_id: str) -> None:
    """Run it again from the start, unless the guardian was first."""
    with suppress(InstanceConflictError):
        shop.app.start(orchestration, asked, instance_id)


def die(shop: Shop, order_id: str, _: Blow) -> None:
    """The worker dies with all that it has in hand, and what it failed is taken up again."""

    def dying(_: Step) -> dict[str, str]:
        raise SystemError("the worker died")

    with mock.patch("orchestrators.steps.progress", dying):
        shop.advance_to_next_timer()
    if shop.app.look(order_id).status == "Failed":
        take_up(shop, "processOrder", {"orderId": order_id}, order_id)
    for one in shop.record(order_id).open_refunds:
        if shop.app.look(one.refund_id).status == "Failed":
            asked = {"orderId": order_id, "refundId": one.refund_id}
            take_up(shop, "refundOrder", asked, one.refund_id)


def decide(shop: Shop, order_id: str, blow: Blow) -> None:
    """A person decides about what failed, if anything did."""
    action = {"a": "retry", "b": "settledElsewhere", "c": "skip"}[blow.key]
    answer = shop.resolve(order_id, action, note=f"after {blow.after}")
    assert answer.status in {202, 409, 422, 503}, answer.text


def befall(shop: Shop, order_ids: list[str], blow: Blow) -> None:
    """Let the blow happen to the order that it is meant for."""
    if "refund" in blow.kind:
        order_ids = [one for one in order_ids if shop.get(one)["status"] == "completed"]
    if blow.kind == "resolve":
        order_ids = [one for one in order_ids if shop.record(one).attention]
    if order_ids:
        HAPPENINGS[blow.kind](shop, order_ids[blow.order % len(order_ids)], blow)


HAPPENINGS: Final[dict[str, Callable[[Shop, str, Blow], None]]] = {
    "cancel": cancel,
    "lose": lose,
    "refund": refund,
    "lose_refund": lose_refund,
    "die": die,
    "resolve": decide,
}
