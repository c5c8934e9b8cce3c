"""Progress texts for people, shown as the custom status. No decision reads them."""

from typing import Final, TypeAlias

from orders.contracts.names import Activity, StockStep

Step: TypeAlias = Activity | StockStep

_TEXTS: Final[dict[Step, str]] = {
    Activity.OPEN_ORDER: "Reading the order.",
    Activity.VALIDATE_ORDER: "Validating the order.",
    StockStep.RESERVE_STOCK: "Reserving the products.",
    Activity.PROCESS_PAYMENT: "Authorizing the payment.",
    Activity.SHIP_ORDER: "Booking the shipment.",
    Activity.CAPTURE_PAYMENT: "Capturing the payment.",
    Activity.DISPATCH_ORDER: "Dispatching the shipment.",
    StockStep.COMMIT_STOCK: "Recording the sale.",
    Activity.SEND_CONFIRMATION: "Sending the confirmation.",
    Activity.SEND_OUTCOME_EMAIL: "Sending the email about the outcome.",
    Activity.CLOSE_ORDER: "Recording the outcome.",
    Activity.BEGIN_UNDO: "Stopping the order.",
    Activity.REVERSE_PAYMENT: "Reversing the payment.",
    Activity.CANCEL_SHIPMENT: "Canceling the shipment.",
    Activity.REFUND_PAYMENT: "Paying the refund.",
    Activity.SEND_REFUND_EMAIL: "Sending the email about the refund.",
    Activity.CLOSE_REFUND: "Recording the refund.",
    StockStep.RELEASE_STOCK: "Releasing the products.",
}


def progress(step: Step) -> dict[str, str]:
    """Return the custom status of an order at this step."""
    return {"step": step.value, "text": _TEXTS[step]}
