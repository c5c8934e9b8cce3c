"""How does a request become an order in the book?"""

from itertools import count

import azure.functions as func

from api.http.idempotency import idempotency_key, key_reused
from api.http.request_body import read_json
from api.order_ids import fingerprint, order_id
from api.orders.pricing import priced, require_expected, terms_for
from api.orders.request import OrderRequest, canonical, parse_order
from bootstrap import Services, services
from domain.order import Address, Order, Person
from domain.record import OrderRecord
from ports.order_book import Placed


def write_down(req: func.HttpRequest) -> Placed:
    """Write the requested order to the book, or find the one that the same request made before."""
    bound = services()
    key = idempotency_key(req)
    body = read_json(req)
    new_id, known = _meant_by(key, bound)
    if known is not None:
        # Its articles may have left the catalogue since: what was ordered, was ordered.
        repeated = parse_order(body, lambda _: True)
        return _same(Placed(record=known, is_new=False), _print(repeated, bound))
    request = parse_order(body, lambda sku: bound.catalogue.article(sku) is not None)
    print_of_request = _print(request, bound)
    order = _order(new_id, request, bound)
    return _same(
        bound.order_book.place(order, _person(request), print_of_request), print_of_request
    )


def _meant_by(key: str | None, bound: Services) -> tuple[str, OrderRecord | None]:
    """The order that the key stands for now: its id, and its page if it is there already."""
    secret, book = bound.settings.id_secret, bound.order_book
    if key is None:
        return order_id(secret, None), None
    ids = (order_id(secret, key, generation) for generation in count())
    # The page first: what is forgotten in between has left its mark by then.
    pages = ((one, book.find(one)) for one in ids)
    return next((one, page) for one, page in pages if page or not book.is_forgotten(one))


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


def _person(request: OrderRequest) -> Person:
    customer, address = request.customer, request.shipping_address
    return Person(
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
