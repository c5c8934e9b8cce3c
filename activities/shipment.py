"""Activities on the order's shipment: book, dispatch, cancel."""

import azure.durable_functions as df

from orders.contracts.codec import decode, encode
from orders.contracts.names import Activity
from orders.contracts.payloads import CanceledShipment, OrderReference
from orders.domain.results import Dispatched, Paused
from orders.domain.switches import Switch
from orders.lookups import get_customer, get_record
from orders.services import services

bp = df.Blueprint()


@bp.activity_trigger(input_name="payload", activity=Activity.SHIP_ORDER)
def ship_order(payload: dict) -> dict:
    """Book the shipment. A refused address is returned, not raised."""
    order_id = decode(OrderReference, payload).order_id
    record = get_record(order_id)
    if record.refusal:
        return encode(record.refusal)
    return encode(services().carrier.book(order_id, get_customer(order_id)))


@bp.activity_trigger(input_name="payload", activity=Activity.DISPATCH_ORDER)
def dispatch_order(payload: dict) -> dict:
    """Dispatch the shipment, unless that is switched off or a cancellation came first."""
    order_id = decode(OrderReference, payload).order_id
    if not services().switches.is_on(Switch.DISPATCH):
        return encode(Paused())
    now = services().clock.now()
    dispatch = services().order_store.update(order_id, lambda record: record.dispatch(now))
    if isinstance(dispatch, Dispatched):
        services().carrier.dispatch(order_id)
    return encode(dispatch)


@bp.activity_trigger(input_name="payload", activity=Activity.CANCEL_SHIPMENT)
def cancel_shipment(payload: dict) -> dict:
    """Cancel the shipment, if there is one, and leave a tombstone against a late booking."""
    order_id = decode(OrderReference, payload).order_id
    return encode(CanceledShipment(cancellation=services().carrier.cancel(order_id)))
