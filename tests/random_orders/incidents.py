"""Random orders, faults of ports, and incidents of orders, as Hypothesis strategies."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final
from unittest import mock

from hypothesis import strategies as st

from orders.contracts.names import Orchestration
from orders.contracts.steps import StepName
from tests.builders import a_refund, an_order
from tests.faults import FOREVER, Failing
from tests.shop import MANAGEMENT_API, Shop

SKUS: Final = ("LAMP-OAK", "MUG-BLUE")

_PAYMENT_METHODS: Final = (
    *(("pm_card_visa",) * 6),
    "pm_card_chargeDeclined",
    "pm_sandbox_flaky",
    "pm_sandbox_timeoutBeforeEffect",
    "pm_sandbox_timeoutAfterEffect",
    "pm_sandbox_unavailable",
    "pm_sandbox_captureUnavailable",
    "pm_sandbox_captureRefused",
    "pm_sandbox_captureAnswerLost",
    "pm_sandbox_refundRefused",
    "pm_sandbox_refundUnavailable",
    "pm_sandbox_undoUnavailable",
)
_POSTAL_CODES: Final = (*(("10115",) * 5), "00000", "00001", "00002", "00003")
_CALLS: Final = (
    ("payments", "authorize"),
    ("payments", "capture"),
    ("payments", "reverse"),
    *((("payments", "refund"),) * 3),
    ("carrier", "book"),
    ("carrier", "cancel"),
    ("carrier", "dispatch"),
    *((("mailer", "send"),) * 2),
    ("order_store", "record_validation"),
    ("order_store", "dispatch"),
    ("order_store", "begin_undo"),
    ("order_store", "close"),
    ("order_store", "request_refund"),
    ("order_store", "close_refund"),
)
_RUNNING: Final = frozenset({"Pending", "Running"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """A method of a port whose first calls fail: some before the effect, then some after it."""

    port: str
    method: str
    before: int
    after: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Incident:
    """What happens to one of the orders at some time."""

    kind: str
    #: Selects the order.
    order: int
    #: Number of timers that fire before it.
    after: int
    #: Amount of a refund; None: everything that is refundable.
    minor: int | None
    #: Idempotency key of a refund, or the action of an operator. There are few, so some repeat.
    key: str


def _fault(call: tuple[str, str], before: int, after: int) -> Fault:
    port, method = call
    return Fault(port=port, method=method, before=before, after=after)


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
)
INCIDENTS: Final = st.builds(
    Incident,
    kind=st.sampled_from(
        (
            "cancel",
            "crash",
            *(("refund",) * 3),
            "crash_refund",
            "kill_worker",
            "resolve",
        )
    ),
    order=st.integers(0, 7),
    after=st.integers(0, 12),
    minor=st.one_of(st.none(), st.integers(1, 1500), st.integers(1, 4000)),
    key=st.sampled_from("abc"),
)


def break_ports(shop: Shop, faults: list[Fault]) -> None:
    """Let the ports fail; several methods of one port may fail."""
    ports: dict[str, Any] = {}
    for fault in faults:
        port = ports.get(fault.port, getattr(shop.services, fault.port))
        ports[fault.port] = Failing(port, fault.method, before=fault.before, after=fault.after)
    shop.replace_ports(**ports)


def apply_incident(shop: Shop, order_ids: list[str], incident: Incident) -> None:
    """Let the incident happen to one of the orders to which it can happen."""
    if "refund" in incident.kind:
        order_ids = [o for o in order_ids if shop.get(o)["status"] == "completed"]
    if incident.kind == "resolve":
        order_ids = [o for o in order_ids if shop.record(o).attention]
    if order_ids:
        _ACTIONS[incident.kind](shop, order_ids[incident.order % len(order_ids)], incident)


def restart_order(shop: Shop, order_id: str) -> None:
    """Restart the order's orchestration, unless it is running."""
    _restart(shop, Orchestration.PROCESS_ORDER, order_id, {"orderId": order_id})


def restart_refund(shop: Shop, order_id: str, refund_id: str) -> None:
    """Restart the refund's orchestration, unless it is running."""
    payload = {"orderId": order_id, "refundId": refund_id}
    _restart(shop, Orchestration.REFUND_ORDER, refund_id, payload)


def _cancel(shop: Shop, order_id: str, _: Incident) -> None:
    response = shop.cancel(order_id)
    assert response.status in {202, 409}, response.text


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
        restart_order(shop, order_id)


def _crash_refund(shop: Shop, order_id: str, _: Incident) -> None:
    """Terminate the orchestrations of the order's refunds and restart them at once."""
    for refund in shop.record(order_id).open_refunds:
        if _terminate(shop, refund.refund_id):
            restart_refund(shop, order_id, refund.refund_id)


def _kill_worker(shop: Shop, order_id: str, _: Incident) -> None:
    """Let everything fail that runs until the next timer; restart what failed of this order."""

    def die(_: StepName) -> dict[str, str]:
        raise SystemError("the worker was killed")

    with mock.patch("orchestrators.calls.progress", die):
        shop.advance_to_next_timer()
    if _status(shop, order_id) == "Failed":
        restart_order(shop, order_id)
    for refund in shop.record(order_id).open_refunds:
        if _status(shop, refund.refund_id) == "Failed":
            restart_refund(shop, order_id, refund.refund_id)


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


_ACTIONS: Final[dict[str, Callable[[Shop, str, Incident], None]]] = {
    "cancel": _cancel,
    "crash": _crash,
    "refund": _refund,
    "crash_refund": _crash_refund,
    "kill_worker": _kill_worker,
    "resolve": _resolve,
}
