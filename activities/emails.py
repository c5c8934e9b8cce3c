"""Activities that email the customer about the order."""

import azure.durable_functions as df

from orders.contracts.codec import decode
from orders.contracts.names import Activity
from orders.contracts.payloads import ConfirmationRequest, OutcomeEmailRequest
from orders.domain.emails import EmailKind, confirmation_email, outcome_email
from orders.lookups import get_customer, get_record
from orders.services import services

bp = df.Blueprint()


@bp.activity_trigger(input_name="payload", activity=Activity.SEND_CONFIRMATION)
def send_confirmation(payload: dict) -> dict:
    """Send the confirmation with the tracking number."""
    request = decode(ConfirmationRequest, payload)
    order, customer = get_record(request.order_id).order, get_customer(request.order_id)
    email = confirmation_email(order, customer, request.tracking_number)
    services().mailer.send(request.order_id, EmailKind.CONFIRMATION, email)
    return {}


@bp.activity_trigger(input_name="payload", activity=Activity.SEND_OUTCOME_EMAIL)
def send_outcome_email(payload: dict) -> dict:
    """Send the email about an undone order, unless the personal data is erased."""
    request = decode(OutcomeEmailRequest, payload)
    record = get_record(request.order_id)
    if record.erased_at is None:
        customer = get_customer(request.order_id)
        email = outcome_email(record.order, customer, request.kind, request.reason)
        services().mailer.send(request.order_id, request.kind, email)
    return {}
