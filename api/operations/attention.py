"""Endpoints: the attention queue and its resolutions."""

import asyncio
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

import azure.durable_functions as df
import azure.functions as func

from api.http.endpoint import endpoint
from api.http.paging import page_response, read_page
from api.http.problems import FieldError, conflict, read_order_id
from api.http.query import Query
from api.http.responses import accepted, timestamp
from api.operations.requests import RESOLUTION_SCHEMA, read_resolution
from api.orders.views import (
    order_url,
    receipt_view,
    refund_view,
    reported_view,
    resolution_view,
)
from orders.contracts.names import Activity, Endpoint
from orders.domain import operator_changes
from orders.domain.attention import MAX_RESOLUTIONS, Resolution, ResolutionStatus
from orders.domain.operator_changes import ResolutionResult
from orders.domain.order_record import OrderRecord
from orders.domain.refund import Refund
from orders.engine.instances import continue_order, continue_refund, get_instance
from orders.ports.order_store import MAX_PAGE_SIZE, OrderQuery
from orders.services import services

bp = df.Blueprint()

PATH: Final = "/api/operations/attention"


@endpoint(bp, Endpoint.LIST_ATTENTION, method="GET", route="api/operations/attention")
async def list_attention(req: func.HttpRequest) -> func.HttpResponse:
    """Return a page of the attention queue, oldest order first."""
    query = Query(req, known={"limit", "cursor"})
    limit = query.number("limit", default=MAX_PAGE_SIZE, limit=MAX_PAGE_SIZE)
    query.check()
    order_query = OrderQuery(needs_attention=True, limit=limit, cursor=query.text("cursor"))
    page = await read_page(order_query)
    return page_response(PATH, query, page, _entry_view)


@endpoint(
    bp, Endpoint.RESOLVE_ATTENTION, method="POST", route="api/operations/attention/{order_id}"
)
async def resolve_attention(
    req: func.HttpRequest, client: df.DurableOrchestrationClient
) -> func.HttpResponse:
    """Record a resolution, then continue the order; repeating the request is harmless."""
    order_id = read_order_id(req)
    resolution = read_resolution(req)
    result = await asyncio.to_thread(
        services().order_store.update,
        order_id,
        lambda record: _record_dispatch(
            operator_changes.resolve_attention(record, resolution), resolution.at
        ),
    )
    _require_accepted(result)
    if result.continues_order:
        await continue_order(client, result.record)
    for refund in result.refunds_to_start:
        await continue_refund(client, order_id, refund.refund_id)
    body = receipt_view(result.record, await get_instance(client, order_id))
    return accepted(body, order_url(order_id))


def _record_dispatch(
    resolved: tuple[OrderRecord, ResolutionResult], now: datetime
) -> tuple[OrderRecord, ResolutionResult]:
    """If the operator dispatched the shipment, it is too late to cancel."""
    record, result = resolved
    if result.continues_order and Activity.DISPATCH_ORDER in record.steps_settled_elsewhere:
        record, _ = record.dispatch(now)
    return record, replace(result, record=record)


def _require_accepted(result: ResolutionResult) -> None:
    attention = result.record.attention
    match result.status:
        case ResolutionStatus.UNKNOWN_STEPS if attention is not None:
            failed = ", ".join(attention.failed_steps)
            message = (
                f"must be failed steps: {failed}"
                if failed
                else "must be left out: no failed step is known"
            )
            raise RESOLUTION_SCHEMA.invalid((FieldError("steps", message),))
        case ResolutionStatus.NOTHING_TO_RESOLVE:
            raise conflict("nothing-to-resolve", "The order does not need attention.")
        case ResolutionStatus.ONLY_RETRY:
            raise conflict("only-retry", "No failed step is known. Use the action retry.")
        case ResolutionStatus.NO_RETRY:
            tasks = ", ".join(attention.tasks) if attention else ""
            detail = (
                f"Only an operator can do {tasks}. Use the action settledElsewhere or skip for it,"
                " and name the other steps in `steps` to retry them."
            )
            raise conflict("not-retryable", detail)
        case ResolutionStatus.TOO_MANY:
            detail = f"An order can have {MAX_RESOLUTIONS} resolutions."
            raise conflict("too-many-resolutions", detail)
        case _:
            return


def _entry_view(record: OrderRecord) -> dict[str, Any]:
    attention, outcome = record.attention, record.outcome
    order_id = record.order.order_id
    return {
        "orderId": order_id,
        "status": record.status,
        "attentionReason": attention.reason if attention else None,
        "failedSteps": list(attention.failed_steps) if attention else None,
        "since": timestamp(attention.since) if attention else None,
        "refunds": [refund_view(item) | _author(item) for item in record.refunds] or None,
        **reported_view(record.reported),
        "reason": outcome.reason if outcome else None,
        "notes": list(outcome.notes) if outcome else [],
        "runs": record.runs,
        "recoveryAttempts": record.recovery_attempts,
        "placedAt": timestamp(record.order.placed_at),
        "resolutions": [resolution_view(item) | _author(item) for item in record.resolutions],
        "links": {"self": order_url(order_id), "resolve": f"{PATH}/{order_id}"},
    }


def _author(item: Resolution | Refund) -> dict[str, str]:
    """Return the operator and the note, which only operators see."""
    return {"note": item.note, "operator": item.operator}
