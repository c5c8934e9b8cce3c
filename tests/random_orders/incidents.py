"""Random orders, faults of ports, and incidents of orders, as Hypothesis strategies."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final
from unittest import mock

from hypothesis import strategies as st

from orders.contracts.names import Orchestration
from orders.contracts.steps import StepName
from orders.domain.switches import Switch
from tests.builders import a_refund, an_order
from tests.faults import FOREVER
from tests.random_orders.world import PORTS, Fault, World
from tests.shop import MANAGEMENT_API, Shop
from tests.waiting_orders import losing_wakes

SKUS: Final = ("LAMP-OAK", "MUG-BLUE")
#: Steps of time: from timer to timer at first, then from minute to minute.
STEPS: Final = 20

_PAYMENT_METHODS: Final = (
    *(("pm_card_visa",) * 6),
    "pm_card_chargeDeclined",
    "pm_sandbox_flaky",
    "pm_sandbox_timeoutBeforeEffect",
    "pm_sandbox_timeoutAfterEffect",
    "pm_sandbox_unavailable",
    "pm_sandbox_unavailable2m",
    "pm_sandbox_captureUnavailable5m",
    "pm_sandbox_captureUnavailable",
    "pm_sandbox_captureRefused",
    "pm_sandbox_captureAnswerLost",
    "pm_sandbox_refundRefused",
    "pm_sandbox_refundUnavailable",
    "pm_sandbox_undoUnavailable",
)
_POSTAL_CODES: Final = (*(("10115",) * 5), *(f"0000{n}" for n in range(7)))
_CALLS: Final = (
    ("payments", "authorize"),
    ("payments", "capture"),
    ("payments", "reverse"),
    *((("payments", "refund"),) * 3),
    ("carrier", "book"),
    ("carrier", "cancel"),
    ("carrier", "dispatch"),
    *((("mailer", "send"),) * 2),
    ("order_store", "place"),
    ("order_store", "open"),
    ("order_store", "record_validation"),
    *((("order_store", "check_wait"),) * 2),
    ("order_store", "end_wait"),
    ("order_store", "request_retry"),
    ("order_store", "resolve_attention"),
    ("order_store", "dispatch"),
    ("order_store", "begin_undo"),
    ("order_store", "close"),
    ("order_store", "request_refund"),
    ("order_store", "close_refund"),
)
_RUNNING: Final = frozenset({"Pending", "Running"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Incident:
    """What happens to one of the orders at some time."""

    kind: str
    #: Selects the order.
    order: int
    #: Number of steps of time before it.
    after: int
    #: It happens to an order that waits, if there is one.
    prefers_waiting: bool
    #: Amount of a refund; None: everything that is refundable.
    minor: int | None
    #: Idempotency key of an order or a refund, action of an operator, port, or switch. There are
    #: few, so some repeat.
    key: str


def _fault(call: tuple[str, str], before: int, after: int, *, is_late: bool) -> Fault:
    port, method = call
    return Fault(port=port, method=method, before=before, after=after, is_late=is_late)


ORDERS: Final = st.builds(
    lambda lines, method, code: an_order(
        lines=[{"sku": sku, "quantity": quantity} for sku, quantity in lines],
        payment_method=method,
        postal_code=code,
    ),
    st.lists(st.tuples(st.sampled_from(SKUS), st.integers(1, 3)), min_size=1, max_size=3),
    st.sampled_from(_PAYMENT_METHODS),
    st.sampled_from(_POSTAL_CODES),
)
FAULTS: Final = st.builds(
    _fault,
    st.sampled_from(_CALLS),
    st.one_of(st.integers(0, 5), st.just(FOREVER)),
    st.integers(0, 3),
    is_late=st.sampled_from((False, False, True)),
)
#: What does not work from the start: partners are unavailable, steps are switched off.
STOPPED: Final = st.sets(
    st.sampled_from(("payments", "carrier", Switch.CAPTURE.value, Switch.DISPATCH.value)),
    max_size=2,
)
INCIDENTS: Final = st.builds(
    Incident,
    kind=st.sampled_from(
        (
            *(("cancel",) * 4),
            *(("crash",) * 2),
            *(("terminate",) * 2),
            *(("purge",) * 2),
            *(("refund",) * 3),
            "crash_refund",
            "kill_worker",
            *(("resolve",) * 2),
            *(("outage_begins",) * 4),
            *(("outage_ends",) * 2),
            *(("switch_off",) * 2),
            "switch_on",
            *(("place",) * 3),
            "rotate_secret",
            *(("late_calls",) * 2),
            "lose_wakes",
        )
    ),
    order=st.integers(0, 7),
    after=st.integers(0, STEPS - 1),
    prefers_waiting=st.sampled_from((True, True, False)),
    minor=st.one_of(st.none(), st.integers(1, 1500), st.integers(1, 4000)),
    key=st.sampled_from("abc"),
)


def apply_incident(world: World, incident: Incident) -> None:
    """Let the incident happen, to one of the orders to which it can happen."""
    if (change := _CHANGES_OF_THE_WORLD.get(incident.kind)) is not None:
        change(world, incident)
        return
    records = [world.shop.record(order_id) for order_id in world.order_ids]
    if "refund" in incident.kind:
        records = [r for r in records if r.outcome is not None and r.outcome.is_completed]
    if incident.kind == "resolve":
        records = [record for record in records if record.attention]
    if incident.prefers_waiting:
        records = [record for record in records if record.is_waiting] or records
    if records:
        order_id = records[incident.order % len(records)].order_id
        _CHANGES_OF_ORDERS[incident.kind](world.shop, order_id, incident)


def _set_outage(world: World, incident: Incident) -> None:
    """Begin or end an outage of a partner or of the store."""
    outage = world.outages[dict(zip("abc", PORTS, strict=True))[incident.key]]
    outage.is_over = incident.kind == "outage_ends"


def _set_switch(world: World, incident: Incident) -> None:
    switch = dict(zip("abc", Switch, strict=True))[incident.key]
    is_on = incident.kind == "switch_on"
    assert world.shop.set_switch(switch, on=is_on).status == 200


def _place(world: World, incident: Incident) -> None:
    """Place one more order; some keys repeat."""
    world.place(an_order(), incident.key)


def _rotate_secret(world: World, _: Incident) -> None:
    world.rotate_secret()


def _deliver_late_calls(world: World, _: Incident) -> None:
    world.deliver_late_calls()


def _lose_wakes(world: World, _: Incident) -> None:
    """Lose the events of one run of recovery."""
    with losing_wakes():
        world.shop.let_minutes_pass(1)


def _cancel(shop: Shop, order_id: str, _: Incident) -> None:
    response = shop.cancel(order_id)
    assert response.status in {202, 409, 503}, response.text


def _refund(shop: Shop, order_id: str, incident: Incident) -> None:
    """Request a refund: perhaps repeated, too large, or too early."""
    response = shop.refund(order_id, a_refund(incident.minor), incident.key)
    assert response.status in {202, 409, 422, 503}, response.text


def _resolve(shop: Shop, order_id: str, incident: Incident) -> None:
    action = {"a": "retry", "b": "settledElsewhere", "c": "skip"}[incident.key]
    response = shop.resolve(order_id, action, note=f"after {incident.after}")
    assert response.status in {202, 409, 422, 503}, response.text


def _crash(shop: Shop, order_id: str, _: Incident) -> None:
    """Terminate the order's orchestration and restart it at once."""
    if _terminate(shop, order_id):
        _restart_order(shop, order_id)


def _terminate_order(shop: Shop, order_id: str, _: Incident) -> None:
    """Terminate the order's orchestration, as an operator does to stop the order."""
    _terminate(shop, order_id)


def _purge(shop: Shop, order_id: str, _: Incident) -> None:
    """Remove every trace of the order's orchestration; recovery restarts it."""
    if _terminate(shop, order_id):
        shop.manage(order_id, "purge")


def _crash_refund(shop: Shop, order_id: str, _: Incident) -> None:
    """Terminate the orchestrations of the order's refunds and restart them at once."""
    for refund in shop.record(order_id).open_refunds:
        if _terminate(shop, refund.refund_id):
            _restart_refund(shop, order_id, refund.refund_id)


def _restart_order(shop: Shop, order_id: str) -> None:
    _restart(shop, Orchestration.PROCESS_ORDER, order_id, {"orderId": order_id})


def _restart_refund(shop: Shop, order_id: str, refund_id: str) -> None:
    payload = {"orderId": order_id, "refundId": refund_id}
    _restart(shop, Orchestration.REFUND_ORDER, refund_id, payload)


def _kill_worker(shop: Shop, order_id: str, _: Incident) -> None:
    """Let everything fail that runs until the next timer; restart what failed of this order."""

    def die(_: StepName) -> dict[str, str]:
        raise SystemError("the worker was killed")

    with mock.patch("orchestrators.calls.progress", die):
        shop.advance_to_next_timer()
    if _status(shop, order_id) == "Failed":
        _restart_order(shop, order_id)
    for refund in shop.record(order_id).open_refunds:
        if _status(shop, refund.refund_id) == "Failed":
            _restart_refund(shop, order_id, refund.refund_id)


def _terminate(shop: Shop, instance_id: str) -> bool:
    if _status(shop, instance_id) not in _RUNNING:
        return False
    shop.app.terminate(instance_id, "its worker crashed")
    shop.app.wait_until_idle()
    return True


def _restart(
    shop: Shop, orchestration: Orchestration, instance_id: str, payload: dict[str, str]
) -> None:
    shop.app.wait_until_idle()  # recovery may be about to start it
    if _status(shop, instance_id) not in _RUNNING:
        shop.app.start(orchestration, payload, instance_id)


def _status(shop: Shop, instance_id: str) -> str | None:
    """Return the status of an instance; None if a fault prevented its start."""
    path = f"{MANAGEMENT_API}/instances/{instance_id}"
    response = shop.app.request("GET", path)
    return None if response.status == 404 else str(response.json()["runtimeStatus"])


_CHANGES_OF_ORDERS: Final[dict[str, Callable[[Shop, str, Incident], None]]] = {
    "cancel": _cancel,
    "crash": _crash,
    "terminate": _terminate_order,
    "purge": _purge,
    "refund": _refund,
    "crash_refund": _crash_refund,
    "kill_worker": _kill_worker,
    "resolve": _resolve,
}
_CHANGES_OF_THE_WORLD: Final[dict[str, Callable[[World, Incident], None]]] = {
    "outage_begins": _set_outage,
    "outage_ends": _set_outage,
    "switch_off": _set_switch,
    "switch_on": _set_switch,
    "place": _place,
    "rotate_secret": _rotate_secret,
    "late_calls": _deliver_late_calls,
    "lose_wakes": _lose_wakes,
}
