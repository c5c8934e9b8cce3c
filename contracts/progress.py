"""What does a person see while an order is being processed? Nothing is ever decided from it."""

from typing import Final

from contracts.names import Activity

_TEXTS: Final[dict[Activity, str]] = {
    Activity.OPEN_ORDER: "Looking the order up.",
    Activity.VALIDATE_ORDER: "Checking the order.",
    Activity.PROCESS_PAYMENT: "Holding the amount on the card.",
    Activity.SHIP_ORDER: "Booking the parcel.",
    Activity.CAPTURE_PAYMENT: "Taking the payment.",
    Activity.SEND_CONFIRMATION: "Sending the confirmation.",
    Activity.CLOSE_ORDER: "Writing down how the order ended.",
    Activity.BEGIN_UNDO: "The order cannot go on: what was done is going to be undone.",
    Activity.VOID_PAYMENT: "Giving back what was held or taken.",
    Activity.CANCEL_SHIPMENT: "Canceling the parcel.",
}


def progress(step: Activity) -> dict[str, str]:
    """The custom status of an order that is at this step."""
    return {"step": step.value, "text": _TEXTS[step]}
