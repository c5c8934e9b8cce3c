"""Which orders are there? A list that is read a page at a time, without anything personal."""

import asyncio
import re
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import urlencode

import azure.durable_functions as df
import azure.functions as func

from api.http.responses import NO_STORE, json_response
from api.http.problems import FieldError, ProblemError, answer
from api.orders.views import order_url
from orders.services import services
from orders.contracts.codec import encode
from orders.contracts.names import Endpoint
from orders.domain.errors import InvalidCursorError
from orders.domain.outcome import OrderStatus
from orders.domain.order_record import OrderRecord
from orders.ports.order_store import MOST_ORDERS, OrderPage, OrderQuery

bp = df.Blueprint()

_KNOWN: Final = ("status", "from", "to", "sku", "order", "limit", "after")


@bp.function_name(Endpoint.LIST_ORDERS.value)
@bp.route(route="api/orders", methods=["GET"])
async def list_orders(req: func.HttpRequest) -> func.HttpResponse:
    """Show a page of the orders that are asked for, with a link to the next one."""
    return await answer(_list_orders(req))


async def _list_orders(req: func.HttpRequest) -> func.HttpResponse:
    page = await read_page(_query(dict(req.params)))
    body = {
        "orders": [_line(record) for record in page.orders],
        "links": next_link("/api/orders", dict(req.params), page),
    }
    return json_response(body, headers=NO_STORE)


async def read_page(query: OrderQuery) -> OrderPage:
    """The page of the book, or the Problem with its cursor."""
    try:
        return await asyncio.to_thread(services().order_store.page, query)
    except InvalidCursorError:
        raise bad_query([FieldError("after", "must come from a `next` link")]) from None


def next_link(path: str, params: dict[str, str], page: OrderPage) -> dict[str, str]:
    """The link to the next page, if there is one."""
    if page.after is None:
        return {}
    return {"next": f"{path}?{urlencode({**params, 'after': page.after})}"}


def bad_query(errors: list[FieldError]) -> ProblemError:
    """What is wrong with the part after the question mark."""
    return ProblemError(
        HTTPStatus.BAD_REQUEST,
        "bad-query",
        "The list cannot be asked for like this: see errors.",
        errors=tuple(errors),
    )


def read_limit(params: dict[str, str], errors: list[FieldError]) -> int:
    """How many entries the caller wants at most."""
    text = params.get("limit", str(MOST_ORDERS))
    if not re.fullmatch(r"[0-9]{1,4}", text) or not 1 <= int(text) <= MOST_ORDERS:
        errors.append(FieldError("limit", f"must be a number from 1 to {MOST_ORDERS}"))
        return MOST_ORDERS
    return int(text)


def _query(params: dict[str, str]) -> OrderQuery:
    errors = [FieldError(name[:60], "is not known") for name in params if name not in _KNOWN]
    order = params.get("order", "newest")
    if order not in {"newest", "oldest"}:
        errors.append(FieldError("order", "must be newest or oldest"))
    query = OrderQuery(
        status=_status(params, errors),
        placed_from=_moment(params, "from", errors),
        placed_before=_moment(params, "to", errors),
        sku=params.get("sku"),
        newest_first=order == "newest",
        after=params.get("after"),
        limit=read_limit(params, errors),
    )
    if errors:
        raise bad_query(errors)
    return query


def _status(params: dict[str, str], errors: list[FieldError]) -> OrderStatus | None:
    text = params.get("status")
    if text is None or text in set(OrderStatus):
        return OrderStatus(text) if text else None
    errors.append(FieldError("status", f"must be one of {', '.join(OrderStatus)}"))
    return None


def _moment(params: dict[str, str], name: str, errors: list[FieldError]) -> datetime | None:
    """A moment, or the start of a day in UTC; of the last day, its end."""
    # A plus sign that was not escaped arrives as a space.
    text = params.get(name, "").replace(" ", "+")
    if not text:
        return None
    try:
        moment = datetime.fromisoformat(text)
        if re.fullmatch(r"\d{4}-\d\d-\d\d", text):
            return moment.replace(tzinfo=UTC) + timedelta(days=name == "to")
        if moment.tzinfo is not None:
            return moment.astimezone(UTC)
    except (ValueError, OverflowError):
        pass  # told below
    errors.append(
        FieldError(name, "must be a date such as 2026-03-01, or a moment with its time zone")
    )
    return None


def _line(record: OrderRecord) -> dict[str, Any]:
    order = record.order
    line = {
        "orderId": order.order_id,
        "status": record.status,
        "placedAt": order.placed_at.isoformat(),
        "endedAt": record.ended_at.isoformat() if record.ended_at else None,
        "total": encode(order.total),
        "skus": sorted({line.sku for line in order.lines}),
        "reference": order.reference,
        "links": {"self": order_url(order.order_id)},
    }
    return {name: value for name, value in line.items() if value is not None}
