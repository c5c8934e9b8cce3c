"""Which orders need a person, and what has been decided about them?"""

import asyncio
from http import HTTPStatus
from typing import Any, Final

import azure.durable_functions as df
import azure.functions as func

from orders.engine.instances import continue_order, continue_refund, get_instance
from api.http.responses import NO_STORE, json_response
from api.http.problems import FieldError, ProblemError, answer, order_not_found
from api.operations.resolution import resolution_of, unknown_steps
from api.orders.listing import bad_query, next_link, read_limit, read_page
from api.orders.views import resolution_view, order_url, receipt, refund_view
from orders.services import services
from orders.contracts.names import Activity, Endpoint
from orders.domain.attention import Resolution
from orders.domain.errors import OrderNotFoundError
from orders.domain.order_record import OrderRecord
from orders.domain.refund import Refund
from orders.domain.attention_resolution import ResolutionStatus
from orders.ports.order_store import OrderQuery

bp = df.Blueprint()

PATH: Final = "/api/operations/attention"

_REFUSALS: Final = {
    ResolutionStatus.NOTHING_TO_RESOLVE: ("not-on-desk", "The order needs nobody: there is nothing to decide."),
    ResolutionStatus.ONLY_RETRY: (
        "only-retry",
        "No step is known that could be left out: the order can only be retried.",
    ),
}


@bp.function_name(Endpoint.LIST_ATTENTION.value)
@bp.route(route="api/operations/attention", methods=["GET"])
async def list_attention(req: func.HttpRequest) -> func.HttpResponse:
    """Show the desk, a page at a time: what failed, what was tried, since when."""
    return await answer(_list_attention(req))


@bp.function_name(Endpoint.RESOLVE_ATTENTION.value)
@bp.route(route="api/operations/attention/{order_id}", methods=["POST"])
@bp.durable_client_input(client_name="client")
async def decide(req: func.HttpRequest, client: df.DurableOrchestrationClient) -> func.HttpResponse:
    """Write a decision down, then let the order go on; repeating it is harmless."""
    return await answer(_decide(req, client))


async def _list_attention(req: func.HttpRequest) -> func.HttpResponse:
    params = dict(req.params)
    known = {"limit", "after"}
    errors = [FieldError(name[:60], "is not known") for name in params if name not in known]
    limit = read_limit(params, errors)
    if errors:
        raise bad_query(errors)
    page = await read_page(OrderQuery(needs_attention=True, limit=limit, after=params.get("after")))
    body = {
        "orders": [_entry(record) for record in page.orders],
        "links": next_link(PATH, params, page),
    }
    return _json(HTTPStatus.OK, body)


async def _decide(
    req: func.HttpRequest, client: df.DurableOrchestrationClient
) -> func.HttpResponse:
    order_id = req.route_params["order_id"]
    resolution = resolution_of(req)
    try:
        ruling = await asyncio.to_thread(services().desk.decide, order_id, resolution)
    except OrderNotFoundError:
        raise order_not_found() from None
    attention = ruling.record.attention
    if ruling.answer is ResolutionStatus.UNKNOWN_STEPS and attention is not None:
        raise unknown_steps(attention.failed_steps)
    if ruling.answer in _REFUSALS:
        raise ProblemError(HTTPStatus.CONFLICT, *_REFUSALS[ruling.answer])
    if ruling.continues_order:
        if Activity.DISPATCH_ORDER in ruling.record.settled:
            # The parcel left by hand: from now on it is too late to cancel.
            await asyncio.to_thread(services().order_store.dispatch, order_id)
        await continue_order(client, ruling.record.order)
    for refund in ruling.refunds_to_start:
        await continue_refund(client, ruling.record.order, refund.refund_id)
    body = receipt(ruling.record, await get_instance(client, order_id))
    return _json(HTTPStatus.ACCEPTED, body, {"Location": order_url(order_id)})


def _entry(record: OrderRecord) -> dict[str, Any]:
    attention, outcome = record.attention, record.outcome
    order_id = record.order.order_id
    entry: dict[str, Any] = {"orderId": order_id, "status": record.status}
    if attention is not None:
        entry |= {
            "concern": attention.reason,
            "failedSteps": list(attention.failed_steps),
            "since": attention.since.isoformat(),
        }
    if record.refunds:
        entry["refunds"] = [refund_view(one) | _words(one) for one in record.refunds]
    return entry | {
        "reason": outcome.reason if outcome else None,
        "notes": list(outcome.notes) if outcome else [],
        "runs": record.runs,
        "rescues": record.recovery_attempts,
        "placedAt": record.order.placed_at.isoformat(),
        "decisions": [resolution_view(one) | _words(one) for one in record.resolutions],
        "links": {"self": order_url(order_id), "decide": f"{PATH}/{order_id}"},
    }


def _words(said: Resolution | Refund) -> dict[str, str]:
    """Who said so, and why: for those who work here."""
    return {"note": said.note, "by": said.by}


def _json(
    status: HTTPStatus, body: dict[str, Any], headers: dict[str, str] | None = None
) -> func.HttpResponse:
    return json_response(body, status, NO_STORE | (headers or {}))
