"""The customer is told."""

import azure.durable_functions as df

from activities.pages import order_of, person_of
from bootstrap import services
from contracts.codec import decode
from contracts.names import Activity
from contracts.payloads import ConfirmationRequest, NoticeRequest
from domain.confirmation import confirmation
from domain.notice import letter

bp = df.Blueprint()


@bp.activity_trigger(input_name="payload", activity=Activity.SEND_CONFIRMATION)
def send_confirmation(payload: dict) -> dict:
    """Mail the customer what was ordered and how to follow the parcel."""
    request = decode(ConfirmationRequest, payload)
    mail = confirmation(
        order_of(request.order_id), person_of(request.order_id), request.tracking_number
    )
    services().mailer.send_confirmation(request.order_id, mail)
    return {}


@bp.activity_trigger(input_name="payload", activity=Activity.SEND_NOTICE)
def send_notice(payload: dict) -> dict:
    """Mail the customer that the order did not come about, and where the money is."""
    request = decode(NoticeRequest, payload)
    order, person = order_of(request.order_id), person_of(request.order_id)
    mail = letter(order, person, request.notice, request.reason)
    services().mailer.send_notice(request.order_id, request.notice, mail)
    return {}
