"""Steps of a refund, the incidents at each of them, and how a test causes them."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Final

from orders.contracts.names import Activity
from tests.builders import a_refund, an_order
from tests.failure_matrix.incidents import (
    Incident,
    NotApplicableError,
    StepCase,
    failing,
    killing_worker,
    recoverable_incidents,
    wait_for_call,
)
from tests.faults import FOREVER, Failing, FailingStock
from tests.inspection import take_available_stock
from tests.shop import Shop

HALF: Final = a_refund(1735)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RefundStep(StepCase):
    """A step of a refund."""

    #: Status of the refund if all retries fail.
    status_if_failed: str
    #: A payment method whose refund is refused at this step.
    refused_payment_method: str | None = None
    #: Whether an operator can skip the refund after this step has failed.
    can_be_skipped: bool = False


REFUND_STEPS: Final = (
    RefundStep(
        step=Activity.REFUND_PAYMENT,
        port="payments",
        method="refund",
        status_if_failed="failed",
        refused_payment_method="pm_sandbox_refundRefused",
        can_be_skipped=True,
    ),
    RefundStep(
        step=Activity.SEND_REFUND_EMAIL, port="mailer", method="send", status_if_failed="paid"
    ),
    RefundStep(
        step=Activity.CLOSE_REFUND,
        port="order_store",
        method="close_refund",
        status_if_failed="requested",
    ),
)


def run_refused(shop: Shop, step: RefundStep) -> str:
    """Run a refund that is refused at the step."""
    if step.refused_payment_method is None:
        raise NotApplicableError("The step is never refused.")
    return _refund(shop, _complete_order(shop, step.refused_payment_method))


def run_failing(shop: Shop, step: RefundStep, *, before: int = 0, after: int = 0) -> str:
    """Run a refund while the first calls of the step fail."""
    order_id = _complete_order(shop)
    with failing(shop, step, before=before, after=after):
        return _refund(shop, order_id)


def run_crashed(shop: Shop, step: RefundStep, *, before: int = 0, after: int = 0) -> str:
    """Terminate the orchestration while the step is retried, then restart it."""
    with failing(shop, step, before=before, after=after) as call:
        order_id, refund_id = _request_and_reach(shop, call)
        shop.app.terminate(refund_id, "its worker crashed")
        shop.app.wait_until_idle()
    return _restart(shop, order_id)


def run_with_killed_worker(shop: Shop, step: RefundStep) -> str:
    """Let the orchestration fail in the turn that calls the step, then restart it."""
    order_id = _complete_order(shop)
    with killing_worker(step.step):
        refund_id = shop.request_refund(order_id, HALF)
        assert shop.app.wait(refund_id).status == "Failed"
    return _restart(shop, order_id)


def run_late_call(shop: Shop, step: RefundStep) -> str:
    """Restart a failed refund after an operator has skipped it."""
    if not step.can_be_skipped:
        raise NotApplicableError("A paid refund cannot be skipped.")
    order_id = run_failing(shop, step, before=FOREVER)
    assert shop.resolve(order_id, "skip").status == 202
    return _restart(shop, order_id)


def run_while(shop: Shop, step: RefundStep, action: Callable[[Shop, str], object]) -> str:
    """Take an action while the step is retried, then let it succeed."""
    with failing(shop, step, before=FOREVER) as call:
        order_id, refund_id = _request_and_reach(shop, call)
        action(shop, order_id)
    shop.app.wait(refund_id)
    return order_id


def _complete_order(shop: Shop, payment_method: str = "pm_card_visa") -> str:
    return shop.run(an_order(payment_method=payment_method)).instance_id


def _refund(shop: Shop, order_id: str) -> str:
    shop.app.wait(shop.request_refund(order_id, HALF))
    return order_id


def _request_and_reach(shop: Shop, call: Failing | FailingStock) -> tuple[str, str]:
    order_id = _complete_order(shop)
    refund_id = shop.request_refund(order_id, HALF)
    wait_for_call(shop, call)
    return order_id, refund_id


def _restart(shop: Shop, order_id: str) -> str:
    (refund,) = shop.record(order_id).refunds
    shop.restart_refund(order_id, refund.refund_id)
    return order_id


def _cancel_too_late(shop: Shop, order_id: str) -> None:
    assert shop.cancel(order_id).status == 409


def _paid(_: RefundStep) -> str:
    return "paid"


REFUND_INCIDENTS: Final[tuple[Incident[RefundStep], ...]] = (
    Incident(
        name="refused",
        description="The step is refused: the result says why, and is not retried.",
        run=run_refused,
        expected=lambda _: "failed",
    ),
    *recoverable_incidents(
        run_failing=run_failing,
        run_crashed=run_crashed,
        run_with_killed_worker=run_with_killed_worker,
        expected=_paid,
    ),
    Incident(
        name="all retries fail",
        description="Every call fails before its effect until the retries are used up.",
        run=partial(run_failing, before=FOREVER),
        expected=lambda step: step.status_if_failed,
    ),
    Incident(
        name="late call",
        description="All retries fail, and an operator skips the refund. Then its orchestration "
        "is restarted.",
        run=run_late_call,
        expected=lambda _: "skipped",
    ),
    Incident(
        name="repeated request",
        description="The refund is requested again while the step is retried.",
        run=partial(run_while, action=lambda shop, order_id: shop.request_refund(order_id, HALF)),
        expected=_paid,
    ),
    Incident(
        name="cancellation",
        description="The customer cancels the order while the step is retried.",
        run=partial(run_while, action=_cancel_too_late),
        expected=_paid,
    ),
    Incident(
        name="stock taken",
        description="All available units of the product are taken out of the stock while the "
        "step is retried.",
        run=partial(run_while, action=lambda shop, _: take_available_stock(shop)),
        expected=_paid,
    ),
)
