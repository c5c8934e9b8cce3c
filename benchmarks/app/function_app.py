"""The app of the benchmarks: a chain of trivial activities, orchestrations that wait, and a sale.

The sale uses the stock entity of the order app.
"""

from collections.abc import Generator
from datetime import timedelta
from typing import Any

import azure.durable_functions as df
import azure.functions as func

from entities import stock

app = df.DFApp(http_auth_level=func.AuthLevel.ANONYMOUS)
app.register_functions(stock.bp)


@app.route(route="hello")
def hello(req: func.HttpRequest) -> str:  # noqa: ARG001 - signature of a trigger
    """Return a constant text."""
    return "hello"


@app.activity_trigger(input_name="number")
def add_one(number: int) -> int:
    """Return the next number."""
    return number + 1


@app.orchestration_trigger(context_name="context")
def chain(context: df.DurableOrchestrationContext) -> Generator[Any, Any, int]:
    """Call activities in sequence, as many as `steps` in the input says."""
    number = 0
    payload: Any = context.get_input()
    for _ in range(payload["steps"]):
        number = yield context.call_activity("add_one", number)
    return number


@app.orchestration_trigger(context_name="context")
def wait_for_timer(context: df.DurableOrchestrationContext) -> Generator[Any, Any, None]:
    """Wait for a timer of one day."""
    yield context.create_timer(context.current_utc_datetime + timedelta(days=1))


@app.orchestration_trigger(context_name="context")
def wait_for_event(context: df.DurableOrchestrationContext) -> Generator[Any, Any, Any]:
    """Wait for the external event `Go`."""
    return (yield context.wait_for_external_event("Go"))


@app.orchestration_trigger(context_name="context")
def sell(context: df.DurableOrchestrationContext) -> Generator[Any, Any, str]:
    """Reserve a unit for an order, sell it, and settle the order."""
    entity = df.EntityId("stock", "MUG")
    request = {"orderId": context.instance_id, "openingBalance": 1_000, "quantity": 1}
    yield context.call_entity(entity, "reserve", request)
    sale: Any = yield context.call_entity(entity, "commit", request)
    settlement = {"status": "sold", "reservation": sale["reservation"]}
    context.signal_entity(entity, "settle", {**request, **settlement})
    return str(sale["result"])
