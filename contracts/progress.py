"""What does a person see while an order is being processed? Nothing is ever decided from it."""

from typing import Final

from contracts.names import Activity, StockStep

Step = Activity | StockStep

_TEXTS: Final[dict[Step, str]] = {
    Activity.OPEN_ORDER: "Looking the order up.",
    Activity.VALIDATE_ORDER: "Checking the order.",
    StockStep.RESERVE_STOCK: "Reserving the articles.",
    Activity.PROCESS_PAYMENT: "Holding the amount on the card.",
    Activity.SHIP_ORDER: "Booking the parcel.",
    Activity.CAPTURE_PAYMENT: "Taking the payment.",
    Activity.DISPATCH_ORDER: "Letting the parcel leave.",
    StockStep.COMMIT_STOCK: "Taking the articles from the shelf.",
    Activity.SEND_CONFIRMATION: "Sending the confirmation.",
    Activity.SEND_NOTICE: "Telling how the order ended.",
    Activity.CLOSE_ORDER: "Writing down how the order ended.",
    Activity.BEGIN_UNDO: "The order cannot go on: what was done is going to be undone.",
    Activity.VOID_PAYMENT: "Giving back what was held or taken.",
    Activity.CANCEL_SHIPMENT: "Canceling the parcel.",
    Activity.REFUND_PAYMENT: "Paying back.",
    Activity.SEND_REFUND_NOTICE: "Telling what is paid back.",
    Activity.CLOSE_REFUND: "Writing down what became of the refund.",
    StockStep.RELEASE_STOCK: "Giving the reserved articles back.",
}


def progress(step: Step) -> dict[str, str]:
    """The custom status of an order that is at this step."""
    return {"step": step.value, "text": _TEXTS[step]}
