"""Calls of activities and entities by an order's orchestration, with retries and progress."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from typing import Any, TypeAlias, TypeVar

import azure.durable_functions as df

from orchestrators.retries import Backoff
from orders.contracts.codec import decode, encode
from orders.contracts.names import Activity, StockOperation, StockStep
from orders.contracts.payloads import OrderReference
from orders.contracts.progress import Step, progress
from orders.contracts.retries import RetryPolicies

T = TypeVar("T")

Context: TypeAlias = df.DurableOrchestrationContext
#: A generator that yields the SDK's tasks and returns a T.
Steps: TypeAlias = Generator[Any, Any, T]


class StepFailedError(Exception):
    """All retries of a step failed; its effect is unknown."""

    def __init__(self, step: Step) -> None:
        super().__init__(step)
        self.step = step


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderContext:
    """What all steps of one order share."""

    context: Context
    order: OrderReference
    step_retries: Backoff
    undo_retries: Backoff

    @classmethod
    def of(cls, context: Context, order_id: str, retries: RetryPolicies) -> OrderContext:
        """Return the context of an order with these retry policies."""
        return cls(
            context=context,
            order=OrderReference(order_id=order_id),
            step_retries=Backoff(retries.step),
            undo_retries=Backoff(retries.undo),
        )


def call_activity(
    order: OrderContext,
    step: Activity,
    payload: object,
    result: type[T],
    retries: Backoff | None = None,
) -> Steps[T]:
    """Call an activity and decode its result; the host retries it, by default as a step."""
    order.context.set_custom_status(progress(step))
    task = order.context.call_activity_with_retry(
        step.value, retries or order.step_retries, encode(payload)
    )
    return decode(result, (yield from _await(task, step)))


def call_entity(  # noqa: PLR0913, PLR0917 - the parts of the call
    order: OrderContext,
    step: StockStep,
    retries: Backoff,
    entity: df.EntityId,
    operation: StockOperation,
    payload: object,
) -> Steps[Any]:
    """Call an entity. The host does not retry an operation that raised, so this function does."""
    order.context.set_custom_status(progress(step))
    for interval in retries.intervals:
        task = order.context.call_entity(entity, operation.value, encode(payload))
        try:
            return (yield from _await(task, step))
        except StepFailedError:
            yield order.context.create_timer(order.context.current_utc_datetime + interval)
    raise StepFailedError(step)


def _await(task: Any, step: Step) -> Steps[Any]:  # noqa: ANN401 - the SDK's task
    try:
        return (yield task)
    except Exception as error:
        # The SDK raises nothing more specific than Exception. Only this function catches it.
        raise StepFailedError(step) from error
