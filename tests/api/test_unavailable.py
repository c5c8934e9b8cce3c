"""What does a caller learn when the service itself is in trouble?"""

import asyncio

import azure.functions as func
import pytest
from azure.durable_functions.models.DurableOrchestrationStatus import DurableOrchestrationStatus

from api.http.problems import answer
from api.stock.changes import changed
from orders.contracts.payloads import StockChange
from orders.domain.catalogue import Product
from orders.domain.errors import EngineUnavailableError
from orders.domain.stock import Change
from orders.engine.client import read_stock
from orders.engine.instances import Instance, Phase, get_instance, start_order
from tests.builders import a_booked_order, an_order
from tests.faults import FOREVER, Failing
from tests.shop import Shop


class Engine:
    """A durable client that fails as the SDK does: with bare exceptions."""

    def __init__(self, *, knows: object = "", answers: bool = True) -> None:
        self._knows = knows
        self._answers = answers

    async def start_new(self, *_: object) -> str:
        """Refuse to start anything."""
        raise Exception({"Message": "something with Status Running"})  # noqa: TRY002 - the SDK's

    async def get_status(self, *_: object) -> object:
        """Tell what is known, if anything works at all."""
        if not self._answers:
            raise Exception("The operation failed with an unexpected status code 503")  # noqa: TRY002
        return DurableOrchestrationStatus.from_json(self._knows)

    async def read_entity_state(self, *_: object) -> object:
        """Read nothing."""
        raise Exception("The operation failed with an unexpected status code 503")  # noqa: TRY002


@pytest.mark.parametrize("method", ["place", "find"])
def test_a_book_that_is_down_is_503(shop: Shop, method: str) -> None:
    """With a problem and the advice to come back; nothing of the cause."""
    shop.replace_ports(order_store=Failing(shop.services.order_store, method, before=FOREVER))

    replies = [shop.post(an_order()), shop.app.request("GET", "/api/orders/ord_1")]
    reply = next(one for one in replies if one.status == 503)

    assert reply.headers["retry-after"] == "5"
    assert reply.headers["content-type"].startswith("application/problem+json")
    assert "made to fail" not in reply.text


def test_a_bug_is_told_without_a_traceback() -> None:
    """Whatever was raised stays in the log."""

    async def broken() -> func.HttpResponse:
        raise ZeroDivisionError("secret of the house")

    reply = asyncio.run(answer(broken()))

    assert reply.status_code == 503
    assert b"secret" not in reply.get_body()


def test_a_start_that_somebody_else_won_counts_as_started() -> None:
    """The engine refuses the second start; the orchestration is there."""
    moment = "2026-03-01T12:00:00Z"
    running = {"runtimeStatus": "Running", "createdTime": moment, "lastUpdatedTime": moment}

    asyncio.run(start_order(Engine(knows=running), a_booked_order()))  # type: ignore[arg-type]


@pytest.mark.parametrize("answers", [True, False])
def test_a_start_that_failed_is_told(*, answers: bool) -> None:
    """The order is in the book: the caller repeats the request."""
    with pytest.raises(EngineUnavailableError):
        asyncio.run(start_order(Engine(answers=answers), a_booked_order()))  # type: ignore[arg-type]


def test_an_orchestration_that_nobody_knows_is_absent() -> None:
    """The SDK's answer for an unknown id is falsy."""
    assert asyncio.run(get_instance(Engine(), "ord_1")) == Instance(phase=Phase.ABSENT)  # type: ignore[arg-type]


def test_a_fault_of_the_engine_is_no_answer() -> None:
    """The SDK hands it on as a status without anything in it."""
    with pytest.raises(EngineUnavailableError):
        asyncio.run(get_instance(Engine(knows={"Message": "it broke"}), "ord_1"))  # type: ignore[arg-type]


@pytest.mark.usefixtures("shop")
def test_a_fault_of_the_engine_is_no_change_of_stock_either() -> None:
    """Nor one that takes its time: the caller learns at once that it has to ask again."""
    change = Change(key="k", units=1, note="a delivery")
    asked = StockChange(sku="MUG-BLUE", opening_balance=0, change=change)

    class Starting(Engine):
        async def start_new(self, *_: object) -> str:
            return "stk_1"

    with pytest.raises(EngineUnavailableError):
        asyncio.run(changed(Starting(knows={"Message": "it broke"}), asked))  # type: ignore[arg-type]


def test_a_stock_that_the_engine_cannot_tell_is_not_taken_for_an_untouched_one() -> None:
    """Which would show the opening balance."""
    with pytest.raises(EngineUnavailableError):
        asyncio.run(read_stock(Engine(), "MUG-BLUE"))  # type: ignore[arg-type]


def test_an_product_that_vanishes_in_between_is_503(shop: Shop) -> None:
    """No order gets a price that nobody can tell."""
    products = [shop.services.catalogue.product("MUG-BLUE"), None]

    class Forgetful:
        def product(self, _: str) -> Product | None:
            return products.pop(0)

    shop.replace_ports(catalogue=Forgetful())

    assert shop.post(an_order()).status == 503
