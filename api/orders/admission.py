"""Admission of new orders. Requests that repeat a stored order are answered before."""

from http import HTTPStatus
from typing import Final

from api.http.problems import ProblemError
from orders.domain.switches import Switch
from orders.services import Services

#: An operator ends the stop, so it is not known when.
_RETRY_AFTER_STOP: Final = {"Retry-After": "60"}
#: The orders are counted again by then.
_RETRY_AFTER_COUNT: Final = {"Retry-After": "10"}


def require_admission(app: Services) -> None:
    """Refuse a new order while operators accept none, or too many are being worked.

    Raises:
        ProblemError: nothing is stored, and the request may be repeated later.
    """
    if not app.switches.is_on(Switch.ACCEPT):
        raise ProblemError(
            HTTPStatus.SERVICE_UNAVAILABLE,
            "not-accepting-orders",
            "New orders are not accepted at the moment. Nothing was stored. Repeat the request"
            " unchanged later.",
            headers=_RETRY_AFTER_STOP,
        )
    if app.active_orders.reach(app.settings.max_active_orders, app.order_store):
        raise ProblemError(
            HTTPStatus.SERVICE_UNAVAILABLE,
            "too-many-orders",
            "Too many orders are being processed. Nothing was stored. Repeat the request unchanged"
            " later.",
            headers=_RETRY_AFTER_COUNT,
        )
