"""Admission of new orders. Requests that repeat a stored order are answered before."""

import logging
from http import HTTPStatus
from math import ceil
from typing import Final

import azure.functions as func

from api.http.client_address import client_address
from api.http.problems import ProblemError
from api.orders.request import OrderBody
from orders.domain.quotas import QuotaKind, period_end, same_mailbox
from orders.domain.switches import Switch
from orders.quotas import use_quotas
from orders.services import Services

_log = logging.getLogger(__name__)

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


def require_quotas(req: func.HttpRequest, order: OrderBody, app: Services) -> None:
    """Count the order, and refuse it if too many of its kind were placed within the hour.

    Raises:
        ProblemError: nothing is stored, and the request may be repeated in the next hour.
    """
    values = {
        QuotaKind.CLIENT: client_address(req, app.settings.trusted_proxies),
        QuotaKind.PAYMENT_METHOD: order.payment_method,
        QuotaKind.EMAIL: same_mailbox(order.customer.email),
    }
    kind = use_quotas(values, app)
    if kind is None:
        return
    _log.warning("a new order is refused: the quota of its %s is used up", kind)
    now = app.clock.now()
    seconds = ceil((period_end(now) - now).total_seconds())
    raise ProblemError(
        HTTPStatus.TOO_MANY_REQUESTS,
        "quota-used-up",
        "Too many orders were placed within an hour with this email address or payment method, or"
        " from this client. Nothing was stored. Repeat the request unchanged later.",
        headers={"Retry-After": str(seconds)},
    )
