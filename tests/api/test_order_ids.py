"""Order IDs in paths: an ID that no order can have is 404, and never reaches the engine."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import ExitStack
from typing import TypeAlias
from unittest import mock
from urllib.parse import quote

import azure.durable_functions as df
import azure.functions as func
import pytest

from api.http.endpoint import _with_problems
from api.operations.attention import resolve_attention
from api.operations.erasure import erase_order
from api.operations.refunds import request_refund
from api.orders.cancel import cancel_order
from api.orders.read import get_order, get_shipment
from tests.shop import Shop

Handler: TypeAlias = Callable[..., Awaitable[func.HttpResponse]]

ODD_IDS = [
    ".",
    "..",
    "?",
    "#",
    "%",
    "%3F",
    "ord_1?x=1",
    "ord_1#x",
    "ord_1/",
    "../ord_1",
    " ",
    "ord_ 1",
    "ord_1\n",
    "ord_",
    "o" * 300,
    "ord_" + "a" * 300,
    "ORD_1",
    "ord_A",
    "ord_ä",
    "ord_\u0661",
    "rfd_1",
    "@stock@MUG-BLUE",
]
PATHS = [
    ("GET", "/api/orders/{}"),
    ("GET", "/api/orders/{}/shipment"),
    ("POST", "/api/orders/{}/cancel"),
    ("POST", "/api/orders/{}/cancel?preview=true"),
    ("POST", "/api/operations/attention/{}"),
    ("POST", "/api/operations/orders/{}/erase"),
    ("POST", "/api/operations/orders/{}/refund"),
]


class RecordingClient:
    """A durable client that records which of its methods are called, and fails."""

    def __init__(self) -> None:
        self.calls: list[str] = []

    def __getattr__(self, name: str) -> Callable[..., Awaitable[object]]:
        async def call(*_: object) -> object:
            self.calls.append(name)
            raise ZeroDivisionError

        return call


@pytest.fixture
def engine_calls() -> Iterator[list[mock.MagicMock]]:
    """The calls of the durable client in the running app."""
    methods = ("get_status", "start_new", "resume", "terminate", "raise_event")
    client = df.DurableOrchestrationClient
    with ExitStack() as stack:
        patches = (mock.patch.object(client, name, autospec=True) for name in methods)
        yield [stack.enter_context(patch) for patch in patches]


@pytest.mark.parametrize(("method", "path"), PATHS)
def test_odd_order_id_is_404_and_reaches_no_engine(
    shop: Shop, engine_calls: list[mock.MagicMock], method: str, path: str
) -> None:
    """Sent percent-encoded, as a client must."""
    urls = [path.format(quote(order_id, safe="")) for order_id in ODD_IDS]

    responses = [shop.app.request(method, url, json={}) for url in urls]

    # The host itself answers for an ID that is a path, such as `..`.
    assert {url: r.status for url, r in zip(urls, responses, strict=True) if r.status != 404} == {}
    assert not any(call.called for call in engine_calls)


@pytest.mark.parametrize("order_id", ODD_IDS)
@pytest.mark.parametrize(
    "handler",
    [get_order, get_shipment, cancel_order, resolve_attention, erase_order, request_refund],
)
def test_handler_asks_no_engine_for_an_odd_order_id(handler: Handler, order_id: str) -> None:
    """Whatever a host takes out of the path."""
    client = RecordingClient()
    request = func.HttpRequest("POST", "/", route_params={"order_id": order_id}, body=b"{}")
    clients = {} if handler in {get_shipment, erase_order} else {"client": client}

    response = asyncio.run(_call(handler, request, clients))

    assert response.status_code == 404
    assert b"order-not-found" in response.get_body()
    assert client.calls == []


async def _call(
    handler: Handler, request: func.HttpRequest, clients: dict[str, RecordingClient]
) -> func.HttpResponse:
    return await _with_problems(handler)(req=request, **clients)
