"""Incidents at a step: what they are, and those that orders and refunds have in common."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Generic, Protocol, TypeVar
from unittest import mock

import entities.stock
from orders.contracts.steps import StepName, progress
from tests.faults import FOREVER, Failing, FailingStock
from tests.shop import Shop


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class StepCase:
    """A step, and the call that gives it its effect. A step with two such calls has two cases."""

    step: StepName
    #: A port and its method, or "stock" and an operation of the stock entity.
    port: str
    method: str

    @property
    def call(self) -> str:
        """Name of the call."""
        return f"{self.port}.{self.method}"

    @property
    def name(self) -> str:
        """Name of the case."""
        return f"{self.step.value} ({self.call})"


StepT = TypeVar("StepT", bound=StepCase)
StepT_contra = TypeVar("StepT_contra", bound=StepCase, contravariant=True)


class NotApplicableError(Exception):
    """The incident cannot happen at the step. The message says why."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Incident(Generic[StepT]):
    """What can happen at a step."""

    name: str
    description: str
    #: Heading of the matrix that has a column for it, unless there is only one.
    group: str = ""
    #: Run an order that has the incident at the step, and return the order's ID.
    run: Callable[[Shop, StepT], str]
    #: Return the outcome that is expected of the order or of its refund.
    expected: Callable[[StepT], str]


def in_group(group: str, *incidents: Incident[StepT]) -> tuple[Incident[StepT], ...]:
    """Put incidents under one heading."""
    return tuple(replace(incident, group=group) for incident in incidents)


class RunWithFaults(Protocol[StepT_contra]):
    """Runs an order whose step fails so often before its effect, and then so often after it."""

    def __call__(
        self, shop: Shop, step: StepT_contra, /, *, before: int = 0, after: int = 0
    ) -> str:
        """Return the ID of the order."""
        ...


@contextmanager
def failing(
    shop: Shop, step: StepCase, *, before: int = 0, after: int = 0
) -> Iterator[Failing | FailingStock]:
    """Let the step's call fail, before or after its effect, until the block ends."""
    if step.port == "stock":
        stock = FailingStock(step.method, before=before, after=after)
        with mock.patch.object(entities.stock, "_apply", stock):
            yield stock
    else:
        port = Failing(getattr(shop.services, step.port), step.method, before=before, after=after)
        shop.replace_ports(**{step.port: port})
        yield port
        shop.restore_ports()


def wait_for_call(shop: Shop, call: Failing | FailingStock) -> None:
    """Move the clock until the failing call is made for the first time."""
    shop.app.wait_until_idle()
    while not call.calls:
        shop.advance_to_next_timer()


@contextmanager
def killing_worker(step: StepName) -> Iterator[None]:
    """Let the orchestration fail in the turn that calls the step, until the block ends."""

    def progress_or_die(current: StepName) -> dict[str, str]:
        if current is step:
            raise SystemError("the worker was killed")
        return progress(current)

    with mock.patch("orchestrators.calls.progress", progress_or_die):
        yield


def recoverable_incidents(
    *,
    run_failing: RunWithFaults[StepT],
    run_crashed: RunWithFaults[StepT],
    run_with_killed_worker: Callable[[Shop, StepT], str],
    expected: Callable[[StepT], str],
) -> tuple[Incident[StepT], ...]:
    """Return the incidents that retries or a restart recover from."""
    return (
        Incident(
            name="fails twice",
            description="Two calls fail before their effect; the next one succeeds.",
            run=lambda shop, step: run_failing(shop, step, before=2),
            expected=expected,
        ),
        Incident(
            name="response lost",
            description="The call takes effect, but its response is lost, so it is retried.",
            run=lambda shop, step: run_failing(shop, step, after=1),
            expected=expected,
        ),
        Incident(
            name="crash before the effect",
            description="The orchestration crashes before the call takes effect, and is restarted.",
            run=lambda shop, step: run_crashed(shop, step, before=FOREVER),
            expected=expected,
        ),
        Incident(
            name="crash after the effect",
            description="The orchestration crashes after the call took effect, and is restarted.",
            run=lambda shop, step: run_crashed(shop, step, after=FOREVER),
            expected=expected,
        ),
        Incident(
            name="worker killed",
            description="The worker is killed in the turn that calls the step. The "
            "orchestration is `Failed`, and is restarted.",
            run=run_with_killed_worker,
            expected=expected,
        ),
    )
