"""How is some of the money of a completed order paid back?"""

import asyncio
from http import HTTPStatus
from typing import Final

import azure.durable_functions as df
import azure.functions as func

from orders.engine.instances import Phase, start_refund, get_instance
from api.http.idempotency import key_reused
from api.http.responses import json_response
from api.http.problems import FieldError, ProblemError, answer, order_not_found
from api.operations.refund_request import invalid_refund, wish_in
from api.orders.views import order_url, refund_view
from orders.services import services
from orders.contracts.codec import encode
from orders.contracts.names import Endpoint
from orders.domain.errors import OrderNotFoundError
from orders.domain.outcome import OrderStatus
from orders.domain.order_record import OrderRecord
from orders.domain.refund import Refund
from orders.domain.refund_requests import RefundRequestStatus, RefundRequestResult

bp = df.Blueprint()

#: What to do about the money of an order that was not completed.
_INSTEAD: Final = {
    OrderStatus.PLACED: "Cancel it, or wait until it is completed.",
    OrderStatus.PROCESSING: "Cancel it, or wait until it is completed.",
    OrderStatus.NEEDS_ATTENTION: "It lies on the desk: decide about it there.",
    OrderStatus.REJECTED: "What was taken was given back, or decided about at the desk.",
    OrderStatus.CANCELED: "What was taken was given back, or decided about at the desk.",
}


@bp.function_name(Endpoint.REQUEST_REFUND.value)
@bp.route(route="api/operations/orders/{order_id}/refund", methods=["POST"])
@bp.durable_client_input(client_name="client")
async def request_refund(
    req: func.HttpRequest, client: df.DurableOrchestrationClient
) -> func.HttpResponse:
    """Write the refund down, then let it be paid; repeating the request is harmless."""
    return await answer(_request_refund(req, client))


async def _request_refund(
    req: func.HttpRequest, client: df.DurableOrchestrationClient
) -> func.HttpResponse:
    order_id = req.route_params["order_id"]
    wish = wish_in(req, order_id)
    try:
        ruling = await asyncio.to_thread(services().refunds.request, order_id, wish)
    except OrderNotFoundError:
        raise order_not_found() from None
    refund = ruling.record.refund(wish.refund_id)
    if refund is None or ruling.answer is RefundRequestStatus.KEY_REUSED:
        raise _refusal(ruling)
    await _pay(client, ruling, refund)
    headers = {"Location": order_url(order_id), "Retry-After": "1"}
    if ruling.answer is RefundRequestStatus.REPEATED:
        headers["Idempotent-Replayed"] = "true"
    return json_response(_receipt(ruling.record, refund), HTTPStatus.ACCEPTED, headers)


async def _pay(
    client: df.DurableOrchestrationClient, ruling: RefundRequestResult, refund: Refund
) -> None:
    """Start the refund, also where whoever wrote it down could not start it."""
    is_new = ruling.answer is RefundRequestStatus.ACCEPTED
    if is_new or (
        refund.is_open and (await get_instance(client, refund.refund_id)).phase is Phase.ABSENT
    ):
        await start_refund(client, ruling.record.order, refund.refund_id)


def _receipt(record: OrderRecord, refund: Refund) -> dict[str, object]:
    order_id = record.order.order_id
    return {
        "orderId": order_id,
        **refund_view(refund),
        "left": encode(record.refundable),
        "links": {"self": order_url(order_id)},
    }


def _refusal(ruling: RefundRequestResult) -> ProblemError:
    left = ruling.record.refundable
    match ruling.answer:
        case RefundRequestStatus.KEY_REUSED:
            return key_reused("refund")
        case RefundRequestStatus.OTHER_CURRENCY:
            message = f"must be {left.currency}, in which the order was paid"
            return invalid_refund((FieldError("amount.currency", message),))
        case RefundRequestStatus.NOT_COMPLETED:
            return ProblemError(HTTPStatus.CONFLICT, "not-completed", _why_not(ruling.record))
        case _:
            return ProblemError(
                HTTPStatus.CONFLICT,
                "more-than-is-left",
                f"Only {left} of what was taken is left to be paid back."
                if left.minor
                else "All that was taken is paid back, or is going to be.",
                more={"left": encode(left)},
            )


def _why_not(record: OrderRecord) -> str:
    has_left = record.outcome is None and not record.can_be_canceled
    instead = (
        "Its parcel has left or is about to: ask again once it is completed, or settle it at the"
        " desk."
        if has_left
        else _INSTEAD[record.status]
    )
    only = f"Only of a completed order something can be paid back; this one is {record.status}."
    return f"{only} {instead}"
