"""Endpoints: refunds that await a second operator, and their approval."""

import asyncio
from typing import Any, Final

import azure.durable_functions as df
import azure.functions as func

from api.http.endpoint import endpoint
from api.http.paging import page_response, read_page
from api.http.problems import ProblemError, conflict, not_found, read_order_id
from api.http.query import Query
from api.http.responses import accepted
from api.operations.refunds import ensure_started, refund_receipt
from api.operations.requests import read_approval
from api.orders.views import order_url, refund_view
from orders.contracts.names import Endpoint
from orders.domain.order_record import OrderRecord
from orders.domain.refund import Refund, RefundStatus
from orders.domain.refund_approvals import ApprovalStatus, approve_refund
from orders.ports.order_store import MAX_PAGE_SIZE, OrderQuery
from orders.services import services

bp = df.Blueprint()

PATH: Final = "/api/operations/approvals"


@endpoint(bp, Endpoint.LIST_APPROVALS, method="GET", route="api/operations/approvals")
async def list_approvals(req: func.HttpRequest) -> func.HttpResponse:
    """Return a page of the orders with refunds that are not closed, oldest order first."""
    query = Query(req, known={"limit", "cursor"})
    limit = query.number("limit", default=MAX_PAGE_SIZE, limit=MAX_PAGE_SIZE)
    query.check()
    order_query = OrderQuery(has_open_refund=True, limit=limit, cursor=query.text("cursor"))
    page = await read_page(order_query)
    return page_response(PATH, query, page, _entry_view)


@endpoint(
    bp,
    Endpoint.APPROVE_REFUND,
    method="POST",
    route="api/operations/orders/{order_id}/refunds/{refund_id}/approval",
)
async def approve(
    req: func.HttpRequest, client: df.DurableOrchestrationClient
) -> func.HttpResponse:
    """Record the decision of a second operator, then start the refund if it is approved."""
    order_id, refund_id = read_order_id(req), req.route_params["refund_id"]
    approval = read_approval(req)
    result = await asyncio.to_thread(
        services().order_store.update,
        order_id,
        lambda record: approve_refund(record, refund_id, approval),
    )
    refund = result.record.find_refund(refund_id)
    is_repeated = result.status is ApprovalStatus.REPEATED
    if refund is None or not (is_repeated or result.status is ApprovalStatus.ACCEPTED):
        raise _refusal(result.status)
    await ensure_started(client, order_id, refund, is_new=not is_repeated)
    view = refund_receipt(result.record, refund)
    return accepted(view, order_url(order_id), is_repeated=is_repeated)


def _refusal(status: ApprovalStatus) -> ProblemError:
    match status:
        case ApprovalStatus.UNKNOWN_REFUND:
            return not_found("refund-not-found", "The order has no refund with this ID.")
        case ApprovalStatus.SAME_OPERATOR:
            detail = "Another operator than the one who requested the refund must approve it."
            return conflict("same-operator", detail)
        case _:
            detail = "The refund does not await an approval, or another operator has decided on it."
            return conflict("nothing-to-approve", detail)


def _entry_view(record: OrderRecord) -> dict[str, Any]:
    awaiting = [r for r in record.refunds if r.status is RefundStatus.AWAITING_APPROVAL]
    return {
        "orderId": record.order_id,
        "refunds": [_refund_view(record.order_id, refund) for refund in awaiting],
        "links": {"self": order_url(record.order_id)},
    }


def _refund_view(order_id: str, refund: Refund) -> dict[str, Any]:
    path = f"/api/operations/orders/{order_id}/refunds/{refund.refund_id}/approval"
    more = {"note": refund.note, "operator": refund.operator, "links": {"approve": path}}
    return refund_view(refund) | more
