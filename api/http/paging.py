"""Pages of orders: read one, and show it with the link to the next."""

import asyncio
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

import azure.functions as func

from api.http.problems import FieldError
from api.http.query import Query, invalid_query
from api.http.responses import json_response
from orders.domain.errors import InvalidCursorError
from orders.domain.order_record import OrderRecord
from orders.ports.order_store import OrderPage, OrderQuery
from orders.services import services


async def read_page(query: OrderQuery) -> OrderPage:
    """Return a page of orders.

    Raises:
        ProblemError: the cursor is not one of this list.
    """
    try:
        return await asyncio.to_thread(services().order_store.page, query)
    except InvalidCursorError:
        raise invalid_cursor() from None


def invalid_cursor() -> Exception:
    """Return the problem of a cursor that is not one of the list."""
    return invalid_query(FieldError("cursor", "must be taken from a `next` link"))


def page_response(
    path: str, query: Query, page: OrderPage, view: Callable[[OrderRecord], dict[str, Any]]
) -> func.HttpResponse:
    """Return a page. `unreadable` has the IDs of orders whose records cannot be decoded."""
    body = {
        "orders": [view(record) for record in page.orders],
        "unreadable": list(page.unreadable) or None,
        "links": next_link(path, query, page.cursor),
    }
    return json_response(body)


def next_link(path: str, query: Query, cursor: str | None) -> dict[str, str]:
    """Return the link to the next page, if there is one."""
    if cursor is None:
        return {}
    return {"next": f"{path}?{urlencode({**query.parameters, 'cursor': cursor})}"}
