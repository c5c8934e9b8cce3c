"""The table of steps of an order, a refund and an event: texts, undos, operations of the stock.

Saga, progress, step history and cancel preview read this table and nothing else.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final, TypeAlias

from orders.contracts.names import Activity, StockOperation, StockStep

StepName: TypeAlias = Activity | StockStep


class StepGroup(StrEnum):
    """When a step is done."""

    #: Before the dispatch: the order can still be canceled.
    BEFORE_DISPATCH = "beforeDispatch"
    #: The dispatch itself and what follows: nothing is undone.
    AFTER_DISPATCH = "afterDispatch"
    #: Undoing, and ending an order that was undone.
    UNDO = "undo"
    #: Waiting until a step can be tried again.
    WAIT = "wait"
    #: Recording the outcome.
    CLOSE = "close"
    #: A refund of a completed order.
    REFUND = "refund"
    #: An event of a partner.
    EVENT = "event"


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One thing that an order makes sure of."""

    name: StepName
    group: StepGroup
    #: What a person reads while the step is done.
    text: str
    #: The step that undoes it.
    undo: StepName | None = None
    #: The operation of the stock entity, if the step is not an activity.
    operation: StockOperation | None = None


#: In the order in which they are done.
STEPS: Final = (
    Step(
        name=Activity.OPEN_ORDER,
        group=StepGroup.BEFORE_DISPATCH,
        text="Reading the order.",
    ),
    Step(
        name=Activity.VALIDATE_ORDER,
        group=StepGroup.BEFORE_DISPATCH,
        text="Validating the order.",
    ),
    Step(
        name=StockStep.RESERVE_STOCK,
        group=StepGroup.BEFORE_DISPATCH,
        text="Reserving the products.",
        undo=StockStep.RELEASE_STOCK,
        operation=StockOperation.RESERVE,
    ),
    Step(
        name=Activity.PROCESS_PAYMENT,
        group=StepGroup.BEFORE_DISPATCH,
        text="Authorizing the payment.",
        undo=Activity.REVERSE_PAYMENT,
    ),
    Step(
        name=Activity.SHIP_ORDER,
        group=StepGroup.BEFORE_DISPATCH,
        text="Booking the shipment.",
        undo=Activity.CANCEL_SHIPMENT,
    ),
    Step(
        name=Activity.CAPTURE_PAYMENT,
        group=StepGroup.BEFORE_DISPATCH,
        text="Capturing the payment.",
    ),
    Step(
        name=Activity.DISPATCH_ORDER,
        group=StepGroup.AFTER_DISPATCH,
        text="Dispatching the shipment.",
    ),
    Step(
        name=StockStep.COMMIT_STOCK,
        group=StepGroup.AFTER_DISPATCH,
        text="Recording the sale.",
        operation=StockOperation.COMMIT,
    ),
    Step(
        name=Activity.SEND_CONFIRMATION,
        group=StepGroup.AFTER_DISPATCH,
        text="Sending the confirmation.",
    ),
    Step(
        name=Activity.CHECK_WAIT,
        group=StepGroup.WAIT,
        text="Waiting until the step can be tried again.",
    ),
    Step(
        name=Activity.END_WAIT,
        group=StepGroup.WAIT,
        text="Continuing after the wait.",
    ),
    Step(
        name=Activity.BEGIN_UNDO,
        group=StepGroup.UNDO,
        text="Stopping the order.",
    ),
    Step(
        name=Activity.CANCEL_SHIPMENT,
        group=StepGroup.UNDO,
        text="Canceling the shipment.",
    ),
    Step(
        name=Activity.REVERSE_PAYMENT,
        group=StepGroup.UNDO,
        text="Reversing the payment.",
    ),
    Step(
        name=StockStep.RELEASE_STOCK,
        group=StepGroup.UNDO,
        text="Releasing the products.",
        operation=StockOperation.RELEASE,
    ),
    Step(
        name=Activity.SEND_OUTCOME_EMAIL,
        group=StepGroup.UNDO,
        text="Sending the email about the outcome.",
    ),
    Step(
        name=Activity.CLOSE_ORDER,
        group=StepGroup.CLOSE,
        text="Recording the outcome.",
    ),
    Step(
        name=Activity.REFUND_PAYMENT,
        group=StepGroup.REFUND,
        text="Paying the refund.",
    ),
    Step(
        name=Activity.SEND_REFUND_EMAIL,
        group=StepGroup.REFUND,
        text="Sending the email about the refund.",
    ),
    Step(
        name=Activity.CLOSE_REFUND,
        group=StepGroup.REFUND,
        text="Recording the refund.",
    ),
    Step(
        name=Activity.RECONCILE_ORDER,
        group=StepGroup.EVENT,
        text="Comparing the order with what the partner shows of it.",
    ),
)

_BY_NAME: Final[dict[str, Step]] = {step.name: step for step in STEPS}


def step_of_operation(operation: str) -> Step | None:
    """Return the row of the step that calls this operation of the stock entity."""
    return next((step for step in STEPS if step.operation == operation), None)


def undo_of(name: StepName) -> StepName:
    """Return the step that undoes this one.

    Raises:
        ValueError: the step has no undo.
    """
    undo = _BY_NAME[name].undo
    if undo is None:
        raise ValueError(f"{name} has no undo")
    return undo


def progress(name: StepName) -> dict[str, str]:
    """Return the custom status of an order at this step. No decision reads it."""
    return {"step": name.value, "text": _BY_NAME[name].text}
