"""Which orders need a person, and what has been decided about them?"""

import asyncio
from http import HTTPStatus
from typing import Any, Final

import azure.durable_functions as df
import azure.functions as func

from api.engine.instances import go_on, go_on_refunding, look_up
from api.http.json_answers import NO_STORE, json_answer
from api.http.problems import FieldError, Problem, answer, no_such_order
from api.operations.decision import decision_of, unknown_steps
from api.orders.listing import bad_query, next_link, read_limit, read_page
from api.orders.view import decision_view, order_url, receipt, refund_view
from bootstrap import services
from contracts.names import Activity, Endpoint
from domain.desk import Decision
from domain.errors import UnknownOrder
from domain.record import OrderRecord
from domain.refund import OrderRefund
from domain.ruling import Answer
from ports.book_pages import BookQuery

bp = df.Blueprint()

PATH: Final = "/api/operations/attention"

_REFUSALS: Final = {
    Answer.NOT_ON_DESK: ("not-on-desk", "The order needs nobody: there is nothing to decide."),
    Answer.ONLY_RETRY: (
        "only-retry",
        "No step is known that could be left out: the order can only be retried.",
    ),
}


@bp.function_name(Endpoint.LIST_ATTENTION.value)
@bp.route(route="api/operations/attention", methods=["GET"])
async def list_attention(req: func.HttpRequest) -> func.HttpResponse:
    """Show the desk, a page at a time: what failed, what was tried, since when."""
    return await answer(_list_attention(req))


@bp.function_name(Endpoint.DECIDE.value)
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
    page = await read_page(BookQuery(on_desk=True, limit=limit, after=params.get("after")))
    body = {
        "orders": [_entry(record) for record in page.orders],
        "links": next_link(PATH, params, page),
    }
    return _json(HTTPStatus.OK, body)


async def _decide(
    req: func.HttpRequest, client: df.DurableOrchestrationClient
) -> func.HttpResponse:
    order_id = req.route_params["order_id"]
    decision = decision_of(req)
    try:
        ruling = await asyncio.to_thread(services().desk.decide, order_id, decision)
    except UnknownOrder:
        raise no_such_order() from None
    attention = ruling.record.attention
    if ruling.answer is Answer.UNKNOWN_STEPS and attention is not None:
        raise unknown_steps(attention.failed_steps)
    if ruling.answer in _REFUSALS:
        raise Problem(HTTPStatus.CONFLICT, *_REFUSALS[ruling.answer])
    if ruling.is_to_be_run:
        if Activity.DISPATCH_ORDER in ruling.record.settled:
            # The parcel left by hand: from now on it is too late to cancel.
            await asyncio.to_thread(services().order_book.dispatch, order_id)
        await go_on(client, ruling.record.order)
    for refund in ruling.refunds_to_be_run:
        await go_on_refunding(client, ruling.record.order, refund.refund_id)
    body = receipt(ruling.record, await look_up(client, order_id))
    return _json(HTTPStatus.ACCEPTED, body, {"Location": order_url(order_id)})


def _entry(record: OrderRecord) -> dict[str, Any]:
    attention, outcome = record.attention, record.outcome
    order_id = record.order.order_id
    entry: dict[str, Any] = {"orderId": order_id, "status": record.status}
    if attention is not None:
        entry |= {
            "concern": attention.concern,
            "failedSteps": list(attention.failed_steps),
            "since": attention.since.isoformat(),
        }
    if record.refunds:
        entry["refunds"] = [refund_view(one) | _words(one) for one in record.refunds]
    return entry | {
        "reason": outcome.reason if outcome else None,
        "notes": list(outcome.notes) if outcome else [],
        "runs": record.runs,
        "rescues": record.rescues,
        "placedAt": record.order.placed_at.isoformat(),
        "decisions": [decision_view(one) | _words(one) for one in record.decisions],
        "links": {"self": order_url(order_id), "decide": f"{PATH}/{order_id}"},
    }


def _words(said: Decision | OrderRefund) -> dict[str, str]:
    """Who said so, and why: for those who work here."""
    return {"note": said.note, "by": said.by}


def _json(
    status: HTTPStatus, body: dict[str, Any], headers: dict[str, str] | None = None
) -> func.HttpResponse:
    return json_answer(body, status, NO_STORE | (headers or {}))
