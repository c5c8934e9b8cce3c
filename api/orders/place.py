"""Endpoint: place an order. It is stored in one write, then its orchestration is started."""

import asyncio
from itertools import count

import azure.durable_functions as df
import azure.functions as func

from api.http.body import read_json
from api.http.endpoint import endpoint
from api.http.idempotency import idempotency_key, key_reused
from api.http.responses import accepted
from api.orders.request import ORDER_SCHEMA, OrderBody, customer_in
from api.orders.views import order_url, receipt_view
from api.quotes.quotes import quote_request, terms_for
from api.quotes.request import sku_context
from orders.contracts.names import Endpoint
from orders.domain.order import Order
from orders.domain.order_record import OrderRecord
from orders.engine.instances import Instance, Phase, get_instance, start_order
from orders.order_ids import fingerprint, order_id
from orders.ports.order_store import Placed
from orders.services import Services, services

bp = df.Blueprint()


@endpoint(bp, Endpoint.PLACE_ORDER, method="POST", route="api/orders")
async def place_order(
    req: func.HttpRequest, client: df.DurableOrchestrationClient
) -> func.HttpResponse:
    """Store the order, then start its orchestration; repeating the request is harmless."""
    placed = await asyncio.to_thread(_store_order, req)
    record = placed.record
    if placed.is_new:
        await start_order(client, record.order.order_id)
        instance = Instance(phase=Phase.PENDING)
    else:
        instance = await _ensure_started(client, record)
    location = order_url(record.order.order_id)
    return accepted(receipt_view(record, instance), location, is_repeated=not placed.is_new)


async def _ensure_started(client: df.DurableOrchestrationClient, record: OrderRecord) -> Instance:
    """Start the orchestration if the first request stored the order but could not start it."""
    instance = await get_instance(client, record.order.order_id)
    if record.outcome is None and instance.phase is Phase.ABSENT:
        await start_order(client, record.order.order_id)
        return Instance(phase=Phase.PENDING)
    return instance


def _store_order(req: func.HttpRequest) -> Placed:
    """Store the requested order, or find the one that the same request placed before."""
    app = services()
    key = idempotency_key(req)
    body = read_json(req)
    new_id, existing = _find_by_key(key, app)
    if existing is not None:
        # Its products may have left the catalogue since then.
        repeated = ORDER_SCHEMA.validate(body, context=sku_context(lambda _: True))
        return _require_same(Placed(record=existing, is_new=False), _fingerprint(repeated, app))
    context = sku_context(lambda sku: app.catalogue.product(sku) is not None)
    request = ORDER_SCHEMA.validate(body, context=context)
    order = _order(new_id, request, app)
    request_fingerprint = _fingerprint(request, app)
    placed = app.order_store.place(order, customer_in(request), request_fingerprint)
    return _require_same(placed, request_fingerprint)


def _find_by_key(key: str | None, app: Services) -> tuple[str, OrderRecord | None]:
    """Return the order ID that the key stands for now, and its record if it exists."""
    secret, store = app.settings.id_secret, app.order_store
    if key is None:
        return order_id(secret, None), None
    ids = (order_id(secret, key, generation) for generation in count())
    # The record is read first: an order deleted in between has left its tombstone by then.
    candidates = ((candidate, store.find(candidate)) for candidate in ids)
    return next(
        (candidate, record)
        for candidate, record in candidates
        if record or not store.is_deleted(candidate)
    )


def _fingerprint(request: OrderBody, app: Services) -> str:
    return fingerprint(app.settings.id_secret, ORDER_SCHEMA.canonical(request))


def _require_same(placed: Placed, request_fingerprint: str) -> Placed:
    """Refuse a key that was used for another order."""
    if placed.record.fingerprint != request_fingerprint:
        raise key_reused("order")
    return placed


def _order(new_id: str, request: OrderBody, app: Services) -> Order:
    country = request.shipping_address.country
    return Order(
        order_id=new_id,
        placed_at=app.clock.now(),
        quote=quote_request(request, app),
        terms=terms_for(country, app),
        country=country,
        payment_method=request.payment_method,
        reference=request.reference,
    )
