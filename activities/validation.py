"""Activity that applies the shop's rules."""

import azure.durable_functions as df

from activities.lookups import get_record
from orders.contracts.codec import decode, encode
from orders.contracts.names import Activity
from orders.contracts.payloads import OrderReference
from orders.domain.validation import validate
from orders.services import services

bp = df.Blueprint()


@bp.activity_trigger(input_name="payload", activity=Activity.VALIDATE_ORDER)
def validate_order(payload: dict) -> dict:
    """Validate the order. A rejection is a result, and the first result counts."""
    record = get_record(decode(OrderReference, payload).order_id)
    if record.validation:
        return encode(record.validation)
    validation = validate(record.order, services().catalogue.product)
    return encode(services().order_store.record_validation(record.order.order_id, validation))
