"""The parcel: booked, let go, canceled."""

import azure.durable_functions as df

from activities.pages import person_of, record_of
from bootstrap import services
from contracts.codec import decode, encode
from contracts.names import Activity
from contracts.payloads import OrderReference, ShipmentUndone
from domain.answers import Booking
from domain.outcome import Reason

bp = df.Blueprint()


@bp.activity_trigger(input_name="payload", activity=Activity.SHIP_ORDER)
def ship_order(payload: dict) -> dict:
    """Book the parcel. A refused address is an answer."""
    order_id = decode(OrderReference, payload).order_id
    if record_of(order_id).is_being_canceled:
        return encode(Booking(booked=False, reason=Reason.CANCELED))
    return encode(services().carrier.book(order_id, person_of(order_id)))


@bp.activity_trigger(input_name="payload", activity=Activity.DISPATCH_ORDER)
def dispatch_order(payload: dict) -> dict:
    """Let the parcel leave, unless the customer wants to stop: the book decides who was first."""
    order_id = decode(OrderReference, payload).order_id
    dispatch = services().order_book.dispatch(order_id)
    if dispatch.dispatched:
        services().carrier.release(order_id)
    return encode(dispatch)


@bp.activity_trigger(input_name="payload", activity=Activity.CANCEL_SHIPMENT)
def cancel_shipment(payload: dict) -> dict:
    """Cancel the parcel, if there is one."""
    reference = decode(OrderReference, payload)
    cancellation = services().carrier.cancel(reference.order_id)
    return encode(ShipmentUndone(cancellation=cancellation))
