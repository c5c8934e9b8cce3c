"""Endpoint: refund a part or all of a completed order."""

import asyncio
from typing import Any, Final

import azure.durable_functions as df
import azure.functions as func

from api.http.endpoint import endpoint
from api.http.idempotency import key_reused
from api.http.problems import FieldError, ProblemError, conflict, read_order_id
from api.http.responses import accepted, money
from api.operations.requests import REFUND_SCHEMA, read_refund_request
from api.orders.views import order_url, refund_view
from orders.contracts.names import Endpoint
from orders.domain import operator_changes
from orders.domain.operator_changes import RefundRequestResult
from orders.domain.order_record import OrderRecord
from orders.domain.outcome import OrderStatus
from orders.domain.recovery import Phase
from orders.domain.refund import MAX_REFUNDS, Refund, RefundRequestStatus
from orders.engine.instances import get_instance, start_refund
from orders.services import services

bp = df.Blueprint()

#: What to do about the money of an order that is not completed.
_ALTERNATIVES: Final = {
    OrderStatus.PLACED: "Cancel it, or wait until it is completed.",
    OrderStatus.PROCESSING: "Cancel it, or wait until it is completed.",
    OrderStatus.NEEDS_ATTENTION: "Resolve it in the attention queue.",
    OrderStatus.REJECTED: "Its payment is reversed, or was resolved by an operator.",
    OrderStatus.CANCELED: "Its payment is reversed, or was resolved by an operator.",
}


@endpoint(
    bp, Endpoint.REQUEST_REFUND, method="POST", route="api/operations/orders/{order_id}/refund"
)
async def request_refund(
    req: func.HttpRequest, client: df.DurableOrchestrationClient
) -> func.HttpResponse:
    """Record the refund, then start it unless it awaits an approval; repeating it is harmless."""
    order_id = read_order_id(req)
    request = await asyncio.to_thread(read_refund_request, req, order_id)
    result = await asyncio.to_thread(
        services().order_store.update,
        order_id,
        lambda record: operator_changes.request_refund(record, request),
    )
    refund = result.record.find_refund(request.refund_id)
    if refund is None or result.status is RefundRequestStatus.KEY_REUSED:
        raise _refusal(result)
    is_new = result.status is RefundRequestStatus.ACCEPTED
    await ensure_started(client, order_id, refund, is_new=is_new)
    is_repeated = result.status is RefundRequestStatus.REPEATED
    view = refund_receipt(result.record, refund)
    return accepted(view, order_url(order_id), is_repeated=is_repeated)


async def ensure_started(
    client: df.DurableOrchestrationClient, order_id: str, refund: Refund, *, is_new: bool
) -> None:
    """Start the refund, also if an earlier request recorded it but could not start it."""
    refund_id = refund.refund_id
    if not refund.is_open:
        return
    if is_new or (await get_instance(client, refund_id)).phase is Phase.ABSENT:
        await start_refund(client, order_id, refund_id)


def refund_receipt(record: OrderRecord, refund: Refund) -> dict[str, Any]:
    """Return a refund with what can still be refunded of its order."""
    order_id = record.order.order_id
    return {
        "orderId": order_id,
        **refund_view(refund),
        "refundable": money(record.refundable),
        "links": {"self": order_url(order_id)},
    }


def _refusal(result: RefundRequestResult) -> ProblemError:
    refundable = result.record.refundable
    match result.status:
        case RefundRequestStatus.KEY_REUSED:
            return key_reused("refund")
        case RefundRequestStatus.OTHER_CURRENCY | RefundRequestStatus.NOT_PAYABLE:
            return REFUND_SCHEMA.invalid((_invalid_amount(result),))
        case RefundRequestStatus.NOT_COMPLETED:
            return conflict("order-not-completed", _not_completed(result.record))
        case RefundRequestStatus.DISPUTED:
            detail = (
                "The customer's bank holds the payment until it has decided a dispute. A refund now"
                " could pay the customer twice. Answer the dispute, or accept it, at the gateway."
            )
            return conflict("payment-disputed", detail)
        case RefundRequestStatus.TOO_MANY:
            detail = f"An order can have {MAX_REFUNDS} refunds."
            return conflict("too-many-refunds", detail)
        case _:
            detail = (
                f"Only {refundable} can still be refunded."
                if refundable.minor
                else "The whole amount is refunded, or is going to be."
            )
            return conflict("exceeds-refundable", detail, {"refundable": money(refundable)})


def _invalid_amount(result: RefundRequestResult) -> FieldError:
    if result.status is RefundRequestStatus.OTHER_CURRENCY:
        currency = result.record.refundable.currency
        return FieldError("amount.currency", f"must be {currency}, the currency of the payment")
    step = result.record.order.terms.payment.step
    return FieldError("amount.minor", f"must be a multiple of {step}; no other amount can be paid")


def _not_completed(record: OrderRecord) -> str:
    is_dispatched = record.outcome is None and not record.can_be_canceled
    alternative = (
        "Its shipment is dispatched: repeat the request once it is completed, or resolve it in the"
        " attention queue."
        if is_dispatched
        else _ALTERNATIVES[record.status]
    )
    return f"Only a completed order can be refunded; this one is {record.status}. {alternative}"
