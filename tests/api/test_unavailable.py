"""Responses when a dependency of the service is unavailable."""

import asyncio

import azure.durable_functions as df
import azure.functions as func
import pytest
from azure.durable_functions.models.DurableOrchestrationStatus import DurableOrchestrationStatus

from api.http import endpoint
from api.stock.changes import apply_change
from orders.domain.catalogue import Product
from orders.domain.errors import EngineUnavailableError
from orders.domain.stock import StockLevel
from orders.domain.stock_changes import StockChange
from tests.builders import NOON, an_order
from tests.faults import FOREVER, Failing
from tests.orders.failing_client import FailingClient
from tests.shop import Shop

CHANGE = StockChange(
    change_id="stk_1",
    sku="MUG-BLUE",
    units=1,
    note="a delivery",
    opening_balance=0,
    requested_at=NOON,
)


@pytest.mark.parametrize("method", ["place", "find"])
def test_unavailable_store_is_503(shop: Shop, method: str) -> None:
    """The response says when to repeat the request, and nothing of the cause."""
    shop.replace_ports(order_store=Failing(shop.services.order_store, method, before=FOREVER))

    responses = [shop.post(an_order(), "key"), shop.app.request("GET", "/api/orders/ord_1")]
    response = next(item for item in responses if item.status == 503)

    assert response.headers["retry-after"] == "5"
    assert response.headers["content-type"].startswith("application/problem+json")
    assert "made to fail" not in response.text


def test_unexpected_error_is_500_without_a_traceback() -> None:
    """The exception appears in the log only, and the response does not advise a repeat."""

    async def broken(_: func.HttpRequest) -> func.HttpResponse:
        raise ZeroDivisionError("internal detail")

    async def call() -> func.HttpResponse:
        request = func.HttpRequest("GET", "/", body=b"")
        return await endpoint._with_problems(broken)(request)

    response = asyncio.run(call())

    assert response.status_code == 500
    assert b"internal detail" not in response.get_body()
    assert b"epeat" not in response.get_body()


class StartingClient(FailingClient):
    """A client that starts orchestrations, and then fails."""

    async def start_new(self, *_: object) -> str:
        """Start nothing, and report success."""
        return "stk_1"


@pytest.mark.usefixtures("shop")
@pytest.mark.parametrize(
    "client",
    [StartingClient(status={"Message": "it broke"}), FailingClient()],
    ids=["status", "start"],
)
def test_stock_change_reports_a_fault_of_the_engine(client: df.DurableOrchestrationClient) -> None:
    """At once, without waiting for a result."""
    with pytest.raises(EngineUnavailableError):
        asyncio.run(apply_change(client, CHANGE, "k"))


class RacingClient(FailingClient):
    """A client whose start fails, because another caller has started the same orchestration."""

    def __init__(self) -> None:
        super().__init__()
        self._statuses: list[object] = ["", _completed_change()]

    async def get_status(self, *_: object) -> object:
        """Return no instance at first, then the other caller's one."""
        status = self._statuses.pop(0) if len(self._statuses) > 1 else self._statuses[0]
        return DurableOrchestrationStatus.from_json(status)


def _completed_change() -> dict[str, object]:
    moment = "2026-03-01T12:00:00Z"
    return {
        "runtimeStatus": "Completed",
        "createdTime": moment,
        "lastUpdatedTime": moment,
        "output": {"available": 1, "reserved": 0, "sold": 0},
    }


@pytest.mark.usefixtures("shop")
def test_stock_change_that_another_caller_started_returns_its_result() -> None:
    """Two requests with one key at the same time."""
    level = asyncio.run(apply_change(RacingClient(), CHANGE, "k"))  # type: ignore[arg-type]

    assert level == StockLevel(available=1, reserved=0, sold=0)


class FinishingClient(FailingClient):
    """A client whose orchestration has ended and is purged before the first look at it."""

    def __init__(self, shop: Shop, *, is_answered: bool) -> None:
        super().__init__()
        self._changes = shop.services.stock_changes
        self._is_answered = is_answered

    async def start_new(self, *_: object) -> str:
        """Store the answer, as the orchestration would."""
        if self._is_answered:
            level = StockLevel(available=1, reserved=0, sold=0)
            self._changes.store_answer(CHANGE.change_id, level)
        return CHANGE.change_id


def test_stock_change_that_is_purged_already_returns_its_stored_answer(shop: Shop) -> None:
    """Recovery purges it as soon as the answer is stored."""
    client = FinishingClient(shop, is_answered=True)

    level = asyncio.run(apply_change(client, CHANGE, "k"))  # type: ignore[arg-type] # a fake

    assert level == StockLevel(available=1, reserved=0, sold=0)


def test_stock_change_that_is_lost_in_the_engine_is_503(shop: Shop) -> None:
    """It is stored, so recovery applies it."""
    client = FinishingClient(shop, is_answered=False)

    with pytest.raises(EngineUnavailableError):
        asyncio.run(apply_change(client, CHANGE, "k"))  # type: ignore[arg-type] # a fake


def test_product_that_disappears_while_an_order_is_placed_is_503(shop: Shop) -> None:
    """No order is stored without a price."""
    products = [shop.services.catalogue.product("MUG-BLUE"), None]

    class ChangingCatalogue:
        def product(self, _: str) -> Product | None:
            return products.pop(0)

    shop.replace_ports(catalogue=ChangingCatalogue())

    assert shop.post(an_order()).status == 503
