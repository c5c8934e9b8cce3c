"""What do all steps of one run of an orchestration share?"""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from typing import Any, TypeAlias, TypeVar

import azure.durable_functions as df

from contracts.payloads import OrderReference
from contracts.progress import Step
from domain.retry import RetryPolicies
from orchestrators.backoff import Backoff

T = TypeVar("T")

Context: TypeAlias = df.DurableOrchestrationContext
#: What a generator helper is: it yields the SDK's tasks and returns a T.
Steps: TypeAlias = Generator[Any, Any, T]


class StepFailed(Exception):
    """A step was tried for as long as it may be, and nobody knows whether it was done."""

    def __init__(self, step: Step) -> None:
        super().__init__(step)
        self.step = step


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One run for one order."""

    context: Context
    order: OrderReference
    doing: Backoff
    undoing: Backoff

    @classmethod
    def of(cls, context: Context, order_id: str, retries: RetryPolicies) -> Run:
        """The run that is as patient as the order was promised."""
        return cls(
            context=context,
            order=OrderReference(order_id=order_id),
            doing=Backoff(retries.doing),
            undoing=Backoff(retries.undoing),
        )
