"""Endpoints: events of the payment gateway and of the carrier.

They are anonymous at the host; the signature is checked here. An event is stored, then handled by
an orchestration, so that the partner has its answer at once.
"""

import asyncio
import logging

import azure.durable_functions as df
import azure.functions as func

from api.http.endpoint import endpoint
from api.http.responses import json_response
from api.webhooks.requests import read_event
from orders.contracts.names import Endpoint
from orders.domain.errors import EngineUnavailableError
from orders.domain.partner_events import Partner
from orders.engine.instances import start_event
from orders.services import services

bp = df.Blueprint()

_log = logging.getLogger(__name__)


@endpoint(
    bp,
    Endpoint.RECEIVE_PAYMENT_EVENT,
    method="POST",
    route="api/webhooks/payments",
    auth_level=func.AuthLevel.ANONYMOUS,
)
async def receive_payment_event(
    req: func.HttpRequest, client: df.DurableOrchestrationClient
) -> func.HttpResponse:
    """Store an event of the payment gateway; a duplicate does nothing."""
    return await _receive(req, client, Partner.PAYMENTS)


@endpoint(
    bp,
    Endpoint.RECEIVE_CARRIER_EVENT,
    method="POST",
    route="api/webhooks/carrier",
    auth_level=func.AuthLevel.ANONYMOUS,
)
async def receive_carrier_event(
    req: func.HttpRequest, client: df.DurableOrchestrationClient
) -> func.HttpResponse:
    """Store an event of the carrier; a duplicate does nothing."""
    return await _receive(req, client, Partner.CARRIER)


async def _receive(
    req: func.HttpRequest, client: df.DurableOrchestrationClient, partner: Partner
) -> func.HttpResponse:
    event = read_event(req, partner)
    is_new = await asyncio.to_thread(services().partner_events.add, event)
    if is_new and event.status.is_open:
        try:
            await start_event(client, event)
        except EngineUnavailableError:
            # It is stored, so it will be handled: recovery starts it.
            _log.exception("event %s could not be handled yet", event.key)
    headers = {} if is_new else {"Idempotent-Replayed": "true"}
    return json_response({"eventId": event.event_id}, headers=headers)
