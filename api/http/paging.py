"""Pages of orders: read one, and link to the next."""

import asyncio
from urllib.parse import urlencode

from api.http.problems import FieldError
from api.http.query import Query, invalid_query
from orders.domain.errors import InvalidCursorError
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
        error = FieldError("cursor", "must be taken from a `next` link")
        raise invalid_query(error) from None


def page_links(path: str, query: Query, page: OrderPage) -> dict[str, str]:
    """Return the link to the next page, if there is one."""
    if page.cursor is None:
        return {}
    return {"next": f"{path}?{urlencode({**query.parameters, 'cursor': page.cursor})}"}
