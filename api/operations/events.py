"""Endpoint: the events of partners, and what became of them."""

import asyncio
from typing import Any, Final

import azure.durable_functions as df
import azure.functions as func

from api.http.endpoint import endpoint
from api.http.paging import invalid_cursor, next_link
from api.http.query import Query
from api.http.responses import json_response, timestamp
from api.orders.views import order_url
from orders.contracts.names import Endpoint
from orders.domain.errors import InvalidCursorError
from orders.domain.partner_events import EventStatus, PartnerEvent
from orders.ports.partner_events import MAX_EVENTS, EventPage
from orders.services import services

bp = df.Blueprint()

PATH: Final = "/api/operations/events"


@endpoint(bp, Endpoint.LIST_EVENTS, method="GET", route="api/operations/events")
async def list_events(req: func.HttpRequest) -> func.HttpResponse:
    """Return a page of events, newest first."""
    query = Query(req, known={"status", "limit", "cursor"})
    status = query.choice("status", EventStatus)
    limit = query.number("limit", default=MAX_EVENTS, limit=MAX_EVENTS)
    query.check()
    page = await _read_page(status, query.text("cursor"), limit)
    body = {
        "events": [_view(event) for event in page.events],
        "links": next_link(PATH, query, page.cursor),
    }
    return json_response(body)


async def _read_page(status: EventStatus | None, cursor: str | None, limit: int) -> EventPage:
    try:
        return await asyncio.to_thread(services().partner_events.page, status, cursor, limit)
    except InvalidCursorError:
        raise invalid_cursor() from None


def _view(event: PartnerEvent) -> dict[str, Any]:
    order_id = event.order_id
    return {
        "partner": event.partner,
        "eventId": event.event_id,
        "type": event.type,
        "objectId": event.object_id,
        "status": event.status,
        "receivedAt": timestamp(event.received_at),
        "attempts": event.attempts,
        "nextAttemptAt": timestamp(event.next_attempt_at) if event.status.is_open else None,
        "orderId": order_id,
        "links": {"order": order_url(order_id)} if order_id else None,
    }
