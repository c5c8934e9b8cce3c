"""Steps of an order: the call of each, and the outcomes that are expected of its incidents."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from orders.contracts.names import Activity, StockOperation, StockStep
from orders.domain.errors import CarrierUnavailableError
from orders.domain.money import Money
from orders.domain.outcome import Outcome
from orders.domain.wait_changes import check_wait, end_wait
from tests.builders import a_customer, a_round, an_order
from tests.failure_matrix.incidents import StepCase
from tests.inspection import signal_stock
from tests.shop import Shop

TOTAL: Final = Money(2980, "EUR")

#: An order whose shipment is canceled and whose authorization is voided.
UNDONE_ORDER: Final = an_order(payment_method="pm_sandbox_captureRefused")
UNDONE: Final = "rejected, captureRefused"
#: An order that waits for the gateway once.
WAITING_ORDER: Final = an_order(payment_method="pm_sandbox_unavailable2m")

LateCall: TypeAlias = Callable[[Shop, str], object]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class OrderStep(StepCase):
    """A step of an order. Outcomes are a status, and a reason if there is one."""

    #: The step's call for an order that was undone, or why there is no such call.
    late_call: LateCall | str
    #: An order that is refused at this step, or why there is none.
    refused_order: dict[str, Any] | str = "The step is never refused."
    outcome_if_refused: str = "-"
    #: If all retries fail.
    outcome_if_failed: str = "rejected, unavailable"
    #: If the customer cancels while the step is retried.
    outcome_if_canceled: str = "canceled, canceled"
    #: If all available stock is taken while the step is retried.
    outcome_if_stock_taken: str = "completed"
    #: Whether the step belongs to the undo, so that only an order that fails reaches it.
    is_undo: bool = False
    #: Only an order that waits reaches the step.
    is_wait: bool = False

    @property
    def order(self) -> dict[str, Any]:
        """An order that reaches this step."""
        if self.is_undo:
            return UNDONE_ORDER
        return WAITING_ORDER if self.is_wait else an_order()

    @property
    def outcome(self) -> str:
        """The outcome of that order if the step succeeds in the end."""
        return UNDONE if self.is_undo else "completed"


def _reserve_late(shop: Shop, order_id: str) -> None:
    """Reserve units of an order that is settled; recovery releases them."""
    signal_stock(shop, "reserve", order_id)
    shop.let_minutes_pass(5)


def _dispatch_late(shop: Shop, order_id: str) -> None:
    try:
        shop.carrier.dispatch(order_id)
    except CarrierUnavailableError:
        return
    raise AssertionError("a canceled shipment was dispatched")


def _check_wait_late(shop: Shop, order_id: str) -> None:
    now, waits = shop.app.clock.now(), shop.services.settings.waits
    shop.update(order_id, lambda record: check_wait(record, a_round(), waits, now))


def _end_wait_late(shop: Shop, order_id: str) -> None:
    now, this = shop.app.clock.now(), a_round()
    shop.update(order_id, lambda record: end_wait(record, this.step, this.position, now))


_ONLY_RECORDS: Final = "The step only reads or changes the record, so nothing has to be undone."
_OPEN: Final = "processing"
_AFTER_DISPATCH: Final[dict[str, Any]] = {
    "outcome_if_canceled": "completed",
    "outcome_if_failed": "needsAttention, unavailable",
}
UNDONE_IN_PART: Final = "needsAttention, captureRefused"
_UNDO: Final[dict[str, Any]] = {
    "is_undo": True,
    "late_call": "The step is itself a part of the undo.",
    "outcome_if_canceled": UNDONE,
    "outcome_if_failed": UNDONE_IN_PART,
    "outcome_if_stock_taken": UNDONE,
}

ORDER_STEPS: Final = (
    OrderStep(
        step=Activity.OPEN_ORDER,
        port="order_store",
        method="open",
        late_call=_ONLY_RECORDS,
        refused_order="An order is stored before its orchestration starts.",
        outcome_if_failed=_OPEN,
        outcome_if_stock_taken="rejected, outOfStock",
    ),
    OrderStep(
        step=Activity.VALIDATE_ORDER,
        port="order_store",
        method="record_validation",
        late_call=_ONLY_RECORDS,
        refused_order=an_order(quantity=101),
        outcome_if_refused="rejected, quantityAboveLimit",
        outcome_if_stock_taken="rejected, outOfStock",
    ),
    OrderStep(
        step=StockStep.RESERVE_STOCK,
        port="stock",
        method=StockOperation.RESERVE,
        late_call=_reserve_late,
        refused_order=an_order(sku="LAMP-OAK", quantity=6),
        outcome_if_refused="rejected, outOfStock",
        outcome_if_stock_taken="rejected, outOfStock",
    ),
    OrderStep(
        step=Activity.PROCESS_PAYMENT,
        port="payments",
        method="authorize",
        late_call=lambda shop, order_id: shop.payments.authorize(order_id, TOTAL, "pm_card_visa"),
        refused_order=an_order(payment_method="pm_card_chargeDeclined"),
        outcome_if_refused="rejected, cardDeclined",
    ),
    OrderStep(
        step=Activity.SHIP_ORDER,
        port="carrier",
        method="book",
        late_call=lambda shop, order_id: shop.carrier.book(order_id, a_customer()),
        refused_order=an_order(postal_code="00001"),
        outcome_if_refused="rejected, addressRefused",
    ),
    OrderStep(
        step=Activity.CAPTURE_PAYMENT,
        port="payments",
        method="capture",
        late_call=lambda shop, order_id: shop.payments.capture(order_id),
        refused_order=an_order(payment_method="pm_sandbox_captureRefused"),
        outcome_if_refused="rejected, captureRefused",
    ),
    OrderStep(
        step=Activity.DISPATCH_ORDER,
        port="order_store",
        method="dispatch",
        late_call=lambda shop, order_id: shop.update(
            order_id, lambda record: record.dispatch(shop.app.clock.now())
        ),
        outcome_if_failed="needsAttention, unavailable",
        refused_order="Only a canceled or undone order is refused: see the cancellations.",
    ),
    OrderStep(
        step=Activity.DISPATCH_ORDER,
        port="carrier",
        method="dispatch",
        late_call=_dispatch_late,
        **_AFTER_DISPATCH,
    ),
    OrderStep(
        step=StockStep.COMMIT_STOCK,
        port="stock",
        method=StockOperation.COMMIT,
        late_call=lambda shop, order_id: signal_stock(shop, "commit", order_id),
        refused_order="Only released units are refused: see the late call.",
        **_AFTER_DISPATCH,
    ),
    OrderStep(
        step=Activity.SEND_CONFIRMATION,
        port="mailer",
        method="send",
        late_call="The confirmation is sent only when the order can no longer be undone.",
        outcome_if_failed="completed",
        outcome_if_canceled="completed",
    ),
    OrderStep(
        step=Activity.CLOSE_ORDER,
        port="order_store",
        method="close",
        late_call=lambda shop, order_id: shop.close(order_id, Outcome.completed("T1")),
        outcome_if_failed=_OPEN,
        outcome_if_canceled="completed",
    ),
    OrderStep(
        step=Activity.CHECK_WAIT,
        port="order_store",
        method="check_wait",
        late_call=_check_wait_late,
        is_wait=True,
        outcome_if_failed=_OPEN,
    ),
    OrderStep(
        step=Activity.END_WAIT,
        port="order_store",
        method="end_wait",
        late_call=_end_wait_late,
        is_wait=True,
        outcome_if_failed="waiting",
    ),
    OrderStep(
        step=Activity.BEGIN_UNDO,
        port="order_store",
        method="begin_undo",
        **{**_UNDO, "outcome_if_failed": _OPEN},
    ),
    OrderStep(
        step=Activity.CANCEL_SHIPMENT,
        port="carrier",
        method="cancel",
        **_UNDO,
    ),
    OrderStep(
        step=Activity.REVERSE_PAYMENT,
        port="payments",
        method="reverse",
        refused_order=an_order(payment_method="pm_sandbox_refundRefused"),
        outcome_if_refused="needsAttention, canceled",
        **_UNDO,
    ),
    OrderStep(
        step=StockStep.RELEASE_STOCK,
        port="stock",
        method=StockOperation.RELEASE,
        **_UNDO,
    ),
    OrderStep(
        step=Activity.SEND_OUTCOME_EMAIL,
        port="mailer",
        method="send",
        **{
            **_UNDO,
            "late_call": "The email is sent after everything is undone.",
            "outcome_if_failed": UNDONE,
        },
    ),
)
