"""Calls of activities and entities, with retries and progress."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from typing import Any, TypeAlias, TypeVar

import azure.durable_functions as df
from typing_extensions import TypeForm

from orchestrators.retries import Backoff
from orders.contracts.codec import decode, encode
from orders.contracts.names import Activity, StockOperation, StockStep
from orders.contracts.retries import RetryPolicies
from orders.contracts.steps import StepName, progress

T = TypeVar("T")

Context: TypeAlias = df.DurableOrchestrationContext
#: A generator that yields the SDK's tasks and returns a T.
Steps: TypeAlias = Generator[Any, Any, T]


class StepFailedError(Exception):
    """All retries of a step failed; its effect is unknown."""

    def __init__(self, step: StepName) -> None:
        super().__init__(step)
        self.step = step


class StoreAwayError(Exception):
    """The order store is unavailable: the record can be neither read nor changed."""

    def __init__(self, step: StepName) -> None:
        super().__init__(step)
        self.step = step


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """Calls activities and entities for one orchestration."""

    context: Context
    step_retries: Backoff
    undo_retries: Backoff

    @classmethod
    def of(cls, context: Context, retries: RetryPolicies) -> Caller:
        """Return a caller with these retry policies."""
        return cls(
            context=context,
            step_retries=Backoff(retries.step),
            undo_retries=Backoff(retries.undo),
        )

    def call(
        self,
        step: Activity,
        payload: object,
        result_type: TypeForm[T],
        retries: Backoff | None = None,
    ) -> Steps[T]:
        """Call an activity and decode its result; the host retries it.

        Raises:
            StepFailedError: all retries failed.
        """
        self.context.set_custom_status(progress(step))
        task = self.context.call_activity_with_retry(
            step.value, self.step_retries if retries is None else retries, encode(payload)
        )
        return decode(result_type, (yield from _await(task, step)))

    def call_store(
        self,
        step: Activity,
        payload: object,
        result_type: TypeForm[T],
        retries: Backoff | None = None,
    ) -> Steps[T]:
        """Call an activity that only reads or changes the record.

        Raises:
            StoreAwayError: all retries failed.
        """
        try:
            return (yield from self.call(step, payload, result_type, retries or self.undo_retries))
        except StepFailedError:
            raise StoreAwayError(step) from None

    def call_entity(
        self,
        step: StockStep,
        entity: df.EntityId,
        operation: StockOperation,
        payload: object,
        retries: Backoff,
    ) -> Steps[Any]:
        """Call an entity. The host does not retry an operation that raised, so this method does.

        Raises:
            StepFailedError: all retries failed.
        """
        self.context.set_custom_status(progress(step))
        for interval in retries.intervals:
            task = self.context.call_entity(entity, operation.value, encode(payload))
            try:
                return (yield from _await(task, step))
            except StepFailedError:
                yield self.context.create_timer(self.context.current_utc_datetime + interval)
        raise StepFailedError(step)

    def signal_entity(
        self, entity: df.EntityId, operation: StockOperation, payload: object
    ) -> None:
        """Send an operation to an entity and do not wait for it."""
        self.context.signal_entity(entity, operation.value, encode(payload))


def _await(task: Any, step: StepName) -> Steps[Any]:  # noqa: ANN401 - the SDK's task
    try:
        return (yield task)
    except Exception as error:
        # The SDK raises nothing more specific than Exception. No other orchestrator catches it.
        raise StepFailedError(step) from error
