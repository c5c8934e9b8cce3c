"""Placing an order and looking at it."""

import asyncio
from http import HTTPStatus
from typing import Final

import azure.durable_functions as df
import azure.functions as func

from orders.engine.instances import Instance, Phase, start_order, get_instance
from api.http.query import flag
from api.http.responses import NO_STORE, json_response
from api.http.problems import answer, order_not_found
from api.orders.place import store_order
from api.orders.views import order_url, order_view, receipt
from orders.services import services
from orders.contracts.names import Endpoint
from orders.domain.order_record import OrderRecord

bp = df.Blueprint()

#: An ordinary order is through by then.
_RETRY_AFTER_SECONDS: Final = 1


@bp.function_name(Endpoint.PLACE_ORDER.value)
@bp.route(route="api/orders", methods=["POST"])
@bp.durable_client_input(client_name="client")
async def place_order(
    req: func.HttpRequest, client: df.DurableOrchestrationClient
) -> func.HttpResponse:
    """Write the order down, then start its orchestration; repeating the request is harmless."""
    return await answer(_place_order(req, client))


@bp.function_name(Endpoint.GET_ORDER.value)
@bp.route(route="api/orders/{order_id}", methods=["GET"])
@bp.durable_client_input(client_name="client")
async def get_order(
    req: func.HttpRequest, client: df.DurableOrchestrationClient
) -> func.HttpResponse:
    """Tell where the order stands."""
    return await answer(_get_order(req, client))


async def _place_order(
    req: func.HttpRequest, client: df.DurableOrchestrationClient
) -> func.HttpResponse:
    placed = await asyncio.to_thread(store_order, req)
    order_id = placed.record.order.order_id
    headers = {"Location": order_url(order_id), "Retry-After": str(_RETRY_AFTER_SECONDS)}
    if placed.is_new:
        await start_order(client, placed.record.order)
        instance = Instance(phase=Phase.PENDING)
    else:
        headers["Idempotent-Replayed"] = "true"
        instance = await _taken_up(client, placed.record)
    return json_response(receipt(placed.record, instance), HTTPStatus.ACCEPTED, headers)


async def _taken_up(client: df.DurableOrchestrationClient, record: OrderRecord) -> Instance:
    """The order's orchestration, started now if whoever wrote the order down could not start it."""
    instance = await get_instance(client, record.order.order_id)
    if record.outcome is None and instance.phase is Phase.ABSENT:
        await start_order(client, record.order)
        return Instance(phase=Phase.PENDING)
    return instance


async def _get_order(
    req: func.HttpRequest, client: df.DurableOrchestrationClient
) -> func.HttpResponse:
    order_id = req.route_params["order_id"]
    with_steps = flag(req, "steps", default=True)  # telling them takes reading the history
    # The engine first: an end that the book gets in between is then shown a moment later, never too
    # early.
    instance = await get_instance(client, order_id, with_steps=with_steps)
    record = await asyncio.to_thread(services().order_store.find, order_id)
    if record is None:
        raise order_not_found()
    return json_response(order_view(record, instance), headers=NO_STORE)


# ==== merged from api/orders/new_order.py
"""How does a request become an order in the book?"""

from itertools import count

import azure.functions as func

from api.http.idempotency import idempotency_key, key_reused
from api.http.body import read_json
from orders.order_ids import fingerprint, order_id
from api.orders.pricing import priced, require_expected, terms_for
from api.orders.request import OrderRequest, canonical, parse_order
from orders.services import Services, services
from orders.domain.order import Address, Order, Customer
from orders.domain.order_record import OrderRecord
from orders.ports.order_store import Placed


def store_order(req: func.HttpRequest) -> Placed:
    """Write the requested order to the book, or find the one that the same request made before."""
    bound = services()
    key = idempotency_key(req)
    body = read_json(req)
    new_id, known = _meant_by(key, bound)
    if known is not None:
        # Its articles may have left the catalogue since: what was ordered, was ordered.
        repeated = parse_order(body, lambda _: True)
        return _same(Placed(record=known, is_new=False), _print(repeated, bound))
    request = parse_order(body, lambda sku: bound.catalogue.product(sku) is not None)
    print_of_request = _print(request, bound)
    order = _order(new_id, request, bound)
    return _same(
        bound.order_store.place(order, _person(request), print_of_request), print_of_request
    )


def _meant_by(key: str | None, bound: Services) -> tuple[str, OrderRecord | None]:
    """The order that the key stands for now: its id, and its page if it is there already."""
    secret, book = bound.settings.id_secret, bound.order_store
    if key is None:
        return order_id(secret, None), None
    ids = (order_id(secret, key, generation) for generation in count())
    # The page first: what is forgotten in between has left its mark by then.
    pages = ((one, book.find(one)) for one in ids)
    return next((one, page) for one, page in pages if page or not book.is_deleted(one))


def _print(request: OrderRequest, bound: Services) -> str:
    return fingerprint(bound.settings.id_secret, canonical(request))


def _same(placed: Placed, print_of_request: str) -> Placed:
    """The order in the book, if it is the one that was asked for."""
    if placed.record.fingerprint != print_of_request:
        raise key_reused("order")
    return placed


def _order(new_id: str, request: OrderRequest, bound: Services) -> Order:
    quote = priced(request, bound)
    require_expected(request, quote, bound)
    country = request.shipping_address.country
    return Order(
        order_id=new_id,
        placed_at=bound.clock.now(),
        quote=quote,
        terms=terms_for(country, bound),
        country=country,
        payment_method=request.payment_method,
        reference=request.reference,
    )


def _person(request: OrderRequest) -> Customer:
    customer, address = request.customer, request.shipping_address
    return Customer(
        name=customer.name,
        email=customer.email,
        phone=customer.phone,
        note=request.note,
        address=Address(
            line1=address.line1,
            line2=address.line2,
            postal_code=address.postal_code,
            city=address.city,
            region=address.region,
            country=address.country,
        ),
    )
