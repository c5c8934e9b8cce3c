"""Activity on an event of a partner: reconcile the order that it is about."""

import azure.durable_functions as df

from orders.contracts.codec import decode, encode
from orders.contracts.names import Activity
from orders.contracts.payloads import EventReference, EventState
from orders.reconciliation import handle_event

bp = df.Blueprint()


@bp.activity_trigger(input_name="payload", activity=Activity.RECONCILE_ORDER)
def reconcile_order(payload: dict) -> dict:
    """Fetch what the partner shows of the order, and bring the record to it."""
    event = decode(EventReference, payload)
    return encode(EventState(status=handle_event(event.partner, event.event_id)))
