"""What does the engine say about the orchestration of an order or a refund, and how is it told?"""

import asyncio
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

import azure.durable_functions as df
from azure.durable_functions import OrchestrationRuntimeStatus as Runtime

from api.engine.answers import asking, status_of
from api.engine.steps_done import StepDone, steps_done
from contracts.codec import encode
from contracts.names import Orchestration
from contracts.payloads import OrderInput, RefundInput
from domain.errors import EngineUnavailable
from domain.order import Order


class Phase(StrEnum):
    """How far an orchestration is."""

    #: There is no orchestration.
    ABSENT = "absent"
    #: It waits for its first step.
    PENDING = "pending"
    #: Somebody stopped it, until somebody resumes it.
    SUSPENDED = "suspended"
    #: It has begun, and will go on.
    RUNNING = "running"
    #: It does nothing any more, however it ended.
    OVER = "over"

    @property
    def is_under_way(self) -> bool:
        """Whether it goes on by itself."""
        return self in {Phase.PENDING, Phase.RUNNING}


@dataclass(frozen=True, slots=True, kw_only=True)
class Instance:
    """An orchestration as people may see it."""

    phase: Phase
    step: str | None = None
    text: str | None = None
    #: Somebody ended it from outside.
    is_terminated: bool = False
    #: When something last happened in it.
    moved_at: datetime | None = None
    #: What was tried so far, where that was asked for.
    steps: tuple[StepDone, ...] = ()

    def is_lost(self, now: datetime, patience: timedelta) -> bool:
        """Whether nobody brings it to its end: it is not under way, or stands still."""
        if not self.phase.is_under_way:
            return True
        return self.moved_at is not None and now - self.moved_at > patience


#: Between looks at whether an orchestration is over: two seconds in all.
_PAUSES_SECONDS: Final = (0.1, 0.3, 0.6, 1.0)

_PHASES: Final[dict[Runtime | None, Phase]] = {
    Runtime.Pending: Phase.PENDING,
    Runtime.Suspended: Phase.SUSPENDED,
    Runtime.Completed: Phase.OVER,
    Runtime.Failed: Phase.OVER,
    Runtime.Terminated: Phase.OVER,
    Runtime.Canceled: Phase.OVER,
}


async def look_up(
    client: df.DurableOrchestrationClient, instance_id: str, *, with_steps: bool = False
) -> Instance:
    """The orchestration of this id."""
    status = await status_of(client, instance_id, with_history=with_steps)
    if status is None:
        return Instance(phase=Phase.ABSENT)
    custom = status.custom_status if isinstance(status.custom_status, dict) else {}
    return Instance(
        phase=_PHASES.get(status.runtime_status, Phase.RUNNING),
        step=custom.get("step"),
        text=custom.get("text"),
        is_terminated=status.runtime_status is Runtime.Terminated,
        moved_at=status.last_updated_time,
        # The SDK knows no `historyEvents`, and keeps what it does not know as it is.
        steps=steps_done(getattr(status, "historyEvents", None) or []),
    )


async def ensure_started(client: df.DurableOrchestrationClient, order: Order) -> None:
    """Start the order's orchestration, unless somebody else just did."""
    asked = OrderInput(order_id=order.order_id, retries=order.terms.retries)
    await _start(client, Orchestration.PROCESS_ORDER, order.order_id, asked)


async def ensure_refunded(
    client: df.DurableOrchestrationClient, order: Order, refund_id: str
) -> None:
    """Start the refund's orchestration, unless somebody else just did."""
    asked = RefundInput(order_id=order.order_id, refund_id=refund_id, retries=order.terms.retries)
    await _start(client, Orchestration.REFUND_ORDER, refund_id, asked)


async def _start(
    client: df.DurableOrchestrationClient,
    orchestration: Orchestration,
    instance_id: str,
    asked: object,
) -> None:
    try:
        await client.start_new(orchestration.value, instance_id, encode(asked))
    except Exception:  # noqa: BLE001 - the SDK raises nothing more telling
        # Why it failed stands only in the message's wording. What counts is whether the
        # orchestration is there.
        if (await look_up(client, instance_id)).phase is Phase.ABSENT:
            raise EngineUnavailable from None


async def stop(client: df.DurableOrchestrationClient, instance_id: str) -> bool:
    """End an orchestration; tell whether it is over, or the engine takes its time."""
    with asking():
        await client.terminate(instance_id, "it stood still; it is run again")
    for pause in _PAUSES_SECONDS:
        if not (await look_up(client, instance_id)).phase.is_under_way:
            return True
        await asyncio.sleep(pause)
    return False


async def go_on(client: df.DurableOrchestrationClient, order: Order) -> None:
    """Let the order's orchestration go on: resume it, or start it."""
    if not await _resumed(client, order.order_id):
        await ensure_started(client, order)


async def go_on_refunding(
    client: df.DurableOrchestrationClient, order: Order, refund_id: str
) -> None:
    """Let the refund's orchestration go on: resume it, or start it."""
    if not await _resumed(client, refund_id):
        await ensure_refunded(client, order, refund_id)


async def _resumed(client: df.DurableOrchestrationClient, instance_id: str) -> bool:
    if (await look_up(client, instance_id)).phase is not Phase.SUSPENDED:
        return False
    with asking():
        await client.resume(instance_id, "decided at the desk")
    return True
