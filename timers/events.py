"""Open events in the inbox: start their orchestrations again, and report overdue ones."""

import asyncio
import logging
from datetime import datetime

import azure.durable_functions as df

from orders.domain.errors import OrdersError
from orders.domain.partner_events import PartnerEvent
from orders.engine.instances import start_event
from orders.services import services

_log = logging.getLogger(__name__)


async def handle_open_events(client: df.DurableOrchestrationClient) -> None:
    """Start a limited number of orchestrations, for the events that are due longest.

    These are events whose orchestration was lost, whose order was unknown, or whose partner was
    unavailable.
    """
    app = services()
    now, limit = app.clock.now(), app.settings.recovery.batch_size
    for event in await asyncio.to_thread(app.partner_events.pending, now, limit):
        try:
            await _handle(client, event, now)
        except OrdersError as error:
            _log.warning("event %s is skipped until the next run: %s", event.key, error)


async def _handle(
    client: df.DurableOrchestrationClient, event: PartnerEvent, now: datetime
) -> None:
    if event.is_overdue(now):
        what, since = f"{event.key} ({event.type})", event.received_at.isoformat()
        _log.error("eventOverdue: %s is %s since %s", what, event.status, since)
    # Counted first: an event that can never be handled is not tried every minute.
    counted = await asyncio.to_thread(
        services().partner_events.update,
        event.partner,
        event.event_id,
        lambda event: event.try_again(now),
    )
    if counted is not None and counted.status.is_open:
        await start_event(client, event)
