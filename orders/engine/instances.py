"""Orchestration instances of orders and refunds: look up, start, resume, terminate."""

import asyncio
import hashlib
import logging
from dataclasses import dataclass
from typing import Final

import azure.durable_functions as df
from azure.durable_functions import OrchestrationRuntimeStatus as Runtime

from orders.contracts.codec import encode
from orders.contracts.names import Orchestration
from orders.contracts.payloads import EventInput, OrderInput, RefundInput, StockChangeRequest
from orders.domain.errors import EngineUnavailableError
from orders.domain.order_record import OrderRecord
from orders.domain.partner_events import PartnerEvent
from orders.domain.recovery import InstanceState, Phase
from orders.domain.stock_changes import StockChange
from orders.engine.client import engine_errors, get_status
from orders.engine.step_history import StepRecord, read_step_history
from orders.services import services


@dataclass(frozen=True, slots=True, kw_only=True)
class Instance(InstanceState):
    """State of an instance, its progress from the custom status, its steps from the history."""

    step: str | None = None
    text: str | None = None
    #: Empty unless the history was requested.
    steps: tuple[StepRecord, ...] = ()


_log = logging.getLogger(__name__)

#: Pauses before each check whether a terminated instance has ended: two seconds in all.
_PAUSES_SECONDS: Final = (0.1, 0.3, 0.6, 1.0)

_PHASES: Final[dict[Runtime | None, Phase]] = {
    Runtime.Pending: Phase.PENDING,
    Runtime.Suspended: Phase.SUSPENDED,
    Runtime.Completed: Phase.ENDED,
    Runtime.Failed: Phase.ENDED,
    Runtime.Terminated: Phase.ENDED,
    Runtime.Canceled: Phase.ENDED,
}


async def get_instance(
    client: df.DurableOrchestrationClient, instance_id: str, *, with_steps: bool = False
) -> Instance:
    """Read the state of an instance; `with_steps` also reads its history, which is slower."""
    status = await get_status(client, instance_id, with_history=with_steps)
    if status is None:
        return Instance(phase=Phase.ABSENT)
    custom = status.custom_status if isinstance(status.custom_status, dict) else {}
    return Instance(
        phase=_PHASES.get(status.runtime_status, Phase.RUNNING),
        step=custom.get("step"),
        text=custom.get("text"),
        is_terminated=status.runtime_status is Runtime.Terminated,
        last_updated_at=status.last_updated_time,
        # The SDK does not define `historyEvents`; it keeps unknown fields as they are.
        steps=read_step_history(getattr(status, "historyEvents", None) or []),
    )


async def start_order(client: df.DurableOrchestrationClient, order_id: str) -> None:
    """Start the order's orchestration, unless a concurrent caller has started it."""
    payload = OrderInput(order_id=order_id, retries=services().settings.retries)
    await _start(client, Orchestration.PROCESS_ORDER, order_id, payload)


async def start_refund(
    client: df.DurableOrchestrationClient, order_id: str, refund_id: str
) -> None:
    """Start the refund's orchestration, unless a concurrent caller has started it."""
    retries = services().settings.retries
    payload = RefundInput(order_id=order_id, refund_id=refund_id, retries=retries)
    await _start(client, Orchestration.REFUND_ORDER, refund_id, payload)


async def start_stock_change(client: df.DurableOrchestrationClient, change: StockChange) -> None:
    """Start the orchestration of a stock change, unless a concurrent caller has started it."""
    payload, change_id = encode(stock_change_request(change)), change.change_id
    try:
        await client.start_new(Orchestration.CHANGE_STOCK.value, change_id, payload)
    except Exception as error:
        # The caller may even have completed it.
        if (await get_instance(client, change_id)).phase is Phase.ABSENT:
            raise EngineUnavailableError from error


def stock_change_request(change: StockChange) -> StockChangeRequest:
    """Return the input of the orchestration of a stock change."""
    return StockChangeRequest(
        change_id=change.change_id,
        sku=change.sku,
        units=change.units,
        opening_balance=change.opening_balance,
    )


def event_instance_id(event: PartnerEvent) -> str:
    """Return the instance ID of the orchestration that handles an event."""
    return f"evt_{hashlib.sha256(event.key.encode()).hexdigest()[:32]}"


async def start_event(client: df.DurableOrchestrationClient, event: PartnerEvent) -> None:
    """Start the event's orchestration, unless a concurrent caller has started it."""
    retries = services().settings.retries
    payload = EventInput(partner=event.partner, event_id=event.event_id, retries=retries)
    await _start(client, Orchestration.HANDLE_PARTNER_EVENT, event_instance_id(event), payload)


async def continue_order(client: df.DurableOrchestrationClient, record: OrderRecord) -> None:
    """Resume or start the order's orchestration, and wake it if the order waits."""
    if not await _resume(client, record.order_id):
        await start_order(client, record.order_id)
    if record.waiting is not None:
        await wake_order(client, record)


async def wake_order(client: df.DurableOrchestrationClient, record: OrderRecord) -> None:
    """Wake the orchestration of an order that waits. A lost event is raised again by recovery."""
    try:
        with engine_errors():
            await client.raise_event(record.order_id, record.wake_position.event)
    except EngineUnavailableError:
        _log.warning("order %s could not be woken yet", record.order_id)


async def continue_refund(
    client: df.DurableOrchestrationClient, order_id: str, refund_id: str
) -> None:
    """Resume the refund's orchestration if it is suspended, otherwise start it."""
    if not await _resume(client, refund_id):
        await start_refund(client, order_id, refund_id)


async def terminate(client: df.DurableOrchestrationClient, instance_id: str) -> bool:
    """Terminate an instance; False if the engine has not ended it within two seconds."""
    with engine_errors():
        await client.terminate(instance_id, "stalled; recovery restarts it")
    for pause in _PAUSES_SECONDS:
        if not (await get_instance(client, instance_id)).phase.is_active:
            return True
        await asyncio.sleep(pause)
    return False


async def _start(
    client: df.DurableOrchestrationClient,
    orchestration: Orchestration,
    instance_id: str,
    payload: object,
) -> None:
    try:
        await client.start_new(orchestration.value, instance_id, encode(payload))
    except Exception as error:
        # Only the message says why it failed. What counts is whether the instance is active.
        if not (await get_instance(client, instance_id)).phase.is_active:
            raise EngineUnavailableError from error


async def _resume(client: df.DurableOrchestrationClient, instance_id: str) -> bool:
    if (await get_instance(client, instance_id)).phase is not Phase.SUSPENDED:
        return False
    with engine_errors():
        await client.resume(instance_id, "the order continues")
    return True
