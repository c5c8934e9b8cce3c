"""Orchestrator `handlePartnerEvent`: handle one event of a partner.

It can be started again at any time. An event that cannot be handled now stays open in the inbox,
and recovery starts it again.
"""

import azure.durable_functions as df

from orchestrators.calls import Caller, Context, StepFailedError, Steps
from orders.contracts.codec import decode, encode
from orders.contracts.names import Activity, Orchestration
from orders.contracts.payloads import EventInput, EventReference, EventState
from orders.domain.partner_events import EventStatus

bp = df.Blueprint()


@bp.orchestration_trigger(context_name="context", orchestration=Orchestration.HANDLE_PARTNER_EVENT)
def handle_partner_event(context: Context) -> Steps[dict]:
    """Reconcile the order that the event is about, and return the event's state."""
    event = decode(EventInput, context.get_input())
    caller = Caller.of(context, event.retries)
    reference = EventReference(partner=event.partner, event_id=event.event_id)
    try:
        state = yield from caller.call(Activity.RECONCILE_ORDER, reference, EventState)
    except StepFailedError:
        # The partner or the store is unavailable.
        state = EventState(status=EventStatus.PENDING)
    return encode(state)
