"""Endpoint: place an order. It is stored in one write, then its orchestration is started."""

import asyncio
import logging
from dataclasses import dataclass
from itertools import count

import azure.durable_functions as df
import azure.functions as func

from api.http.body import read_json
from api.http.endpoint import endpoint
from api.http.idempotency import idempotency_key, key_reused, require_idempotency_key
from api.http.responses import accepted
from api.orders.admission import require_admission, require_quotas
from api.orders.request import ORDER_SCHEMA, OrderBody, customer_in
from api.orders.views import order_url, receipt_view
from api.quotes.quotes import quote_request, terms_for
from api.quotes.request import sku_context
from orders.contracts.names import Endpoint
from orders.domain.errors import EngineUnavailableError
from orders.domain.order import Order
from orders.domain.order_record import OrderRecord
from orders.domain.recovery import Phase
from orders.engine.instances import Instance, get_instance, start_order
from orders.order_ids import fingerprint, order_id
from orders.ports.order_store import Placed
from orders.services import Services, services

bp = df.Blueprint()

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class _KeyedOrder:
    """The order ID that belongs to an idempotency key, under one secret."""

    secret: str
    order_id: str
    record: OrderRecord | None = None


@endpoint(bp, Endpoint.PLACE_ORDER, method="POST", route="api/orders")
async def place_order(
    req: func.HttpRequest, client: df.DurableOrchestrationClient
) -> func.HttpResponse:
    """Store the order, then start its orchestration; repeating the request is harmless."""
    placed = await asyncio.to_thread(_store_order, req)
    try:
        instance = await _ensure_started(client, placed)
    except EngineUnavailableError:
        # The order is stored, so it will be carried out: recovery starts it.
        _log.exception("order %s could not be started yet", placed.record.order_id)
        instance = Instance(phase=_presumed_phase(placed.record))
    location = order_url(placed.record.order_id)
    view = receipt_view(placed.record, instance)
    return accepted(view, location, is_repeated=not placed.is_new)


async def _ensure_started(client: df.DurableOrchestrationClient, placed: Placed) -> Instance:
    """Start the orchestration of a new order, or of one that could not be started before."""
    record = placed.record
    if not placed.is_new:
        instance = await get_instance(client, record.order_id)
        if record.outcome is not None or instance.phase is not Phase.ABSENT:
            return instance
    await start_order(client, record.order_id)
    return Instance(phase=Phase.PENDING)


def _presumed_phase(record: OrderRecord) -> Phase:
    """Return the phase that the record suggests if the engine is unavailable."""
    return Phase.PENDING if record.outcome is None else Phase.ENDED


def _store_order(req: func.HttpRequest) -> Placed:
    """Store the requested order, or find the one that the same request placed before."""
    app = services()
    requires_key = app.settings.requires_idempotency_key
    key = require_idempotency_key(req) if requires_key else idempotency_key(req)
    body = read_json(req)
    existing = _find_by_key(key, app)
    if existing.record is not None:
        # Its products may have left the catalogue since then.
        repeated = ORDER_SCHEMA.validate(body, context=sku_context(lambda _: True))
        placed = Placed(record=existing.record, is_new=False)
        return _require_same(placed, _fingerprint(repeated, existing.secret))
    context = sku_context(lambda sku: app.catalogue.product(sku) is not None)
    request = ORDER_SCHEMA.validate(body, context=context)
    require_admission(app)
    order = _order(existing.order_id, request, app)
    require_quotas(req, request, app)
    request_fingerprint = _fingerprint(request, existing.secret)
    placed = app.order_store.place(order, customer_in(request), request_fingerprint)
    if placed.is_new:
        app.active_orders.add()
    return _require_same(placed, request_fingerprint)


def _find_by_key(key: str | None, app: Services) -> _KeyedOrder:
    """Return the order that belongs to the key, or the ID of a new order."""
    current = app.settings.id_secret
    if key is None:
        return _KeyedOrder(secret=current, order_id=order_id(current, None))
    new = _find_with_secret(current, key, app)
    if new.record is not None:
        return new
    earlier = (_find_with_secret(s, key, app) for s in app.settings.previous_id_secrets)
    return next((order for order in earlier if order.record is not None), new)


def _find_with_secret(secret: str, key: str, app: Services) -> _KeyedOrder:
    store = app.order_store
    ids = (order_id(secret, key, generation) for generation in count())
    # The record is read first: an order deleted in between has left its tombstone by then.
    candidates = ((candidate, store.find(candidate)) for candidate in ids)
    found, record = next(
        (candidate, record)
        for candidate, record in candidates
        if record is not None or not store.is_deleted(candidate)
    )
    return _KeyedOrder(secret=secret, order_id=found, record=record)


def _fingerprint(request: OrderBody, secret: str) -> str:
    return fingerprint(secret, ORDER_SCHEMA.canonical(request))


def _require_same(placed: Placed, request_fingerprint: str) -> Placed:
    """Refuse a key that was used for another order."""
    if placed.record.fingerprint != request_fingerprint:
        raise key_reused("order")
    return placed


def _order(new_id: str, request: OrderBody, app: Services) -> Order:
    country, quote = request.shipping_address.country, quote_request(request, app)
    return Order(
        order_id=new_id,
        placed_at=app.clock.now(),
        quote=quote,
        terms=terms_for(country, quote.total.currency, app),
        country=country,
        payment_method=request.payment_method,
        reference=request.reference,
    )
