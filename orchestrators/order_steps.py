"""The steps of an order. Each makes sure that one thing is done."""

from __future__ import annotations

from typing import TypeVar

from typing_extensions import TypeForm

from orchestrators.calls import Caller, Context, StepFailedError, Steps
from orchestrators.retries import Backoff
from orchestrators.stock_steps import StockSteps
from orchestrators.stopping import StoppedError, unavailable, unless_refused
from orchestrators.waits import Waits
from orders.contracts.names import Activity, StockStep
from orders.contracts.payloads import (
    ConfirmationRequest,
    OrderInput,
    OrderOutcome,
    OrderReference,
    OutcomeEmailRequest,
    PaymentRequest,
    PaymentReversal,
)
from orders.contracts.steps import StepName
from orders.domain.emails import outcome_email_kind
from orders.domain.money import Money
from orders.domain.outcome import Opening, Outcome, Reason, StockSale
from orders.domain.results import (
    Authorization,
    Booking,
    Capture,
    Dispatch,
    Paused,
    Refusal,
    Reversal,
    StockLine,
    Validation,
)

T = TypeVar("T")

CONFIRMATION_NOT_SENT = "The confirmation email could not be sent."
OUTCOME_EMAIL_NOT_SENT = "The email about the outcome could not be sent."


class OrderSteps:
    """The steps of one order, and what they have found out.

    A step that is refused or fails for good raises StoppedError. An email does not: its failure is
    recorded in the outcome. `open_order`, `begin_undo` and `close_order` raise StoreAwayError: the
    store is unavailable, so no outcome may be reported and nothing undone.
    """

    def __init__(self, context: Context, order: OrderInput) -> None:
        self._caller = Caller.of(context, order.retries)
        self._waits = Waits(self._caller, order.order_id)
        self._stock = StockSteps(caller=self._caller, order_id=order.order_id)
        self._order_id = order.order_id
        self._reference = OrderReference(order_id=order.order_id)
        self._opening = Opening()
        self._amount = Money(0, "")
        self._stock_lines: tuple[StockLine, ...] = ()
        self._sales: tuple[StockSale, ...] = ()
        self._tracking_number: str | None = None
        self._has_refunded = False

    def open_order(self) -> Steps[Opening]:
        """Read what earlier orchestrations of this order have done."""
        self._opening = yield from self._caller.call_store(
            Activity.OPEN_ORDER, self._reference, Opening, self._caller.step_retries
        )
        self._stock_lines, self._sales = self._opening.stock_lines, self._opening.sales
        self._waits.resume(self._opening)
        return self._opening

    def validate(self) -> Steps[None]:
        """Apply the shop's rules."""
        accepted = yield from self._do(Activity.VALIDATE_ORDER, Validation)
        self._amount, self._stock_lines = accepted.amount, accepted.stock_lines

    def reserve_stock(self) -> Steps[None]:
        """Reserve the units of every product."""
        yield from self._stock.reserve(self._stock_lines)

    def process_payment(self) -> Steps[None]:
        """Authorize the amount."""
        request = PaymentRequest(order_id=self._order_id, amount=self._amount)
        yield from self._do_or_wait(Activity.PROCESS_PAYMENT, Authorization, request)

    def ship_order(self) -> Steps[str]:
        """Book the shipment, or find the booked one, and return its tracking number."""
        booked = yield from self._do_or_wait(Activity.SHIP_ORDER, Booking)
        self._tracking_number = booked.tracking_number
        return booked.tracking_number

    def capture_payment(self) -> Steps[None]:
        """Capture the authorized amount."""
        yield from self._do_or_wait(Activity.CAPTURE_PAYMENT, Capture | Paused)

    def dispatch_order(self) -> Steps[None]:
        """Dispatch the shipment, unless a cancellation came first: the point of no return."""
        step = Activity.DISPATCH_ORDER
        if self.is_resolved(step):
            return
        yield from self._do_or_wait(step, Dispatch | Paused, retries=self._caller.undo_retries)

    def find_shipment(self) -> Steps[str]:
        """Return the tracking number. After a restart, find it and complete the dispatch."""
        tracking_number = self._tracking_number
        if tracking_number is None:
            tracking_number = yield from self.ship_order()
            yield from self.dispatch_order()
        return tracking_number

    def commit_stock(self) -> Steps[None]:
        """Turn the reservation of every product into a sale."""
        # A settled order that is continued, to send its email, has no entry to sell.
        if not self._sales and not self.is_resolved(StockStep.COMMIT_STOCK):
            self._sales = yield from self._stock.commit(self._stock_lines)

    def send_confirmation(self, tracking_number: str) -> Steps[Outcome]:
        """Send the confirmation and return the outcome; a failed email does not change it."""
        step = Activity.SEND_CONFIRMATION
        outcome = Outcome.completed(tracking_number)
        is_skipped = Activity.DISPATCH_ORDER in self._opening.skipped_steps
        if self.is_resolved(step) or is_skipped:
            return outcome
        request = ConfirmationRequest(order_id=self._order_id, tracking_number=tracking_number)
        try:
            yield from self._do(step, object, request)
        except StoppedError:
            return outcome.with_failed_step(step, CONFIRMATION_NOT_SENT)
        return outcome

    def begin_undo(self, goal: Outcome) -> Steps[Outcome]:
        """Record that undoing begins, and return the recorded outcome."""
        return (yield from self._record(Activity.BEGIN_UNDO, goal))

    def undo(self, step: StepName) -> Steps[None]:
        """Do one undo step."""
        match step:
            case Activity.CANCEL_SHIPMENT:
                yield from self._cancel_shipment()
            case Activity.REVERSE_PAYMENT:
                yield from self._reverse_payment()
            case StockStep.RELEASE_STOCK:
                yield from self._stock.release(self._stock_lines)
            case _:
                raise ValueError(f"{step} is not an undo step")

    def send_outcome_email(self, outcome: Outcome) -> Steps[Outcome]:
        """Send the email about an undone order; a failed email does not change the outcome."""
        # If an operator resolved a step, only the operator knows what is true for the customer.
        if self._opening.resolved_steps or not outcome.requires_undo:
            return outcome
        step = Activity.SEND_OUTCOME_EMAIL
        kind = outcome_email_kind(outcome, refunded=self._has_refunded)
        request = OutcomeEmailRequest(order_id=self._order_id, kind=kind, reason=outcome.reason)
        try:
            yield from self._do(step, object, request)
        except StoppedError:
            return outcome.with_failed_step(step, OUTCOME_EMAIL_NOT_SENT)
        return outcome

    def close_order(self, outcome: Outcome) -> Steps[Outcome]:
        """Record the outcome, and return the recorded one."""
        for step in self._opening.resolved_steps:
            is_skipped = step in self._opening.skipped_steps
            resolution = "skipped" if is_skipped else "settled elsewhere"
            outcome = outcome.with_note(f"{step} was {resolution}.")
        return (yield from self._record(Activity.CLOSE_ORDER, outcome, self._sales))

    def settle_stock(self, outcome: Outcome) -> None:
        """Tell the stock entities how the order has ended, without waiting for them."""
        self._stock.settle(self._stock_lines, outcome, self._sales)

    def is_resolved(self, step: StepName) -> bool:
        """Whether an operator did this step elsewhere or skipped it."""
        return step in self._opening.resolved_steps

    def _cancel_shipment(self) -> Steps[None]:
        retries = self._caller.undo_retries
        yield from self._do_or_wait(Activity.CANCEL_SHIPMENT, object, retries=retries)

    def _reverse_payment(self) -> Steps[None]:
        step = Activity.REVERSE_PAYMENT
        result = yield from self._do_or_wait(
            step, PaymentReversal, retries=self._caller.undo_retries
        )
        self._has_refunded |= result.reversal is Reversal.REFUNDED
        if result.reversal is Reversal.REFUSED:
            raise StoppedError(step, Outcome.rejected(Reason.REFUND_REFUSED))

    def _do(
        self, step: Activity, result_type: TypeForm[T | Refusal], payload: object = None
    ) -> Steps[T]:
        """Do a step, and do not wait if it fails for good."""
        try:
            result = yield from self._caller.call(step, payload or self._reference, result_type)
        except StepFailedError:
            raise unavailable(step) from None
        return unless_refused(step, result)

    def _do_or_wait(
        self,
        step: Activity,
        result_type: TypeForm[T | Refusal | Paused],
        payload: object = None,
        *,
        retries: Backoff | None = None,
    ) -> Steps[T]:
        """Do a step. While its partner is unavailable or the step is switched off, wait."""
        if self._waits.is_open(step):
            yield from self._waits.wait(step)
        while True:
            try:
                result = yield from self._caller.call(
                    step, payload or self._reference, result_type, retries
                )
            except StepFailedError:
                yield from self._waits.wait(step)
                continue
            if isinstance(result, Paused):
                yield from self._waits.wait(step, is_switched_off=True)
                continue
            yield from self._waits.end(step)
            return unless_refused(step, result)

    def _record(
        self, step: Activity, outcome: Outcome, sales: tuple[StockSale, ...] = ()
    ) -> Steps[Outcome]:
        request = OrderOutcome(order_id=self._order_id, outcome=outcome, sales=sales)
        return (yield from self._caller.call_store(step, request, Outcome))
