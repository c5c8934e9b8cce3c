"""Stock steps of an order: calls of the stock entity of each product.

Each step goes on after the failure of one product, and reports it at the end: the others are
independent of it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import azure.durable_functions as df

from orchestrators.calls import Caller, StepFailedError, Steps
from orchestrators.retries import Backoff
from orchestrators.stopping import StoppedError, unavailable, unless_refused
from orders.contracts.codec import decode
from orders.contracts.names import Entity, StockOperation, StockStep
from orders.contracts.payloads import StockRequest
from orders.contracts.settlements import settlements_of
from orders.domain.outcome import Outcome, StockSale
from orders.domain.results import Refused, Reservation, Sale, Sold, StockLine

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class StockSteps:
    """The stock steps of one order."""

    caller: Caller
    order_id: str

    def reserve(self, lines: Sequence[StockLine]) -> Steps[None]:
        """Reserve the units of every product, until one is refused."""
        step = StockStep.RESERVE_STOCK
        for line in lines:
            reply = yield from self._call(
                step, StockOperation.RESERVE, line, self.caller.step_retries
            )
            result = decode(Reservation, reply)
            if isinstance(result, Refused):
                # Other products may be reserved, so the undo is needed.
                raise StoppedError(step, Outcome.refused(result.reason))

    def commit(self, lines: Sequence[StockLine]) -> Steps[tuple[StockSale, ...]]:
        """Turn the reservation of every product into a sale."""
        return (yield from _do_all([self._commit(line) for line in lines]))

    def release(self, lines: Sequence[StockLine]) -> Steps[None]:
        """Release the units of every product."""
        yield from _do_all([self._release(line) for line in lines])

    def settle(
        self, lines: Sequence[StockLine], outcome: Outcome, sales: Sequence[StockSale]
    ) -> None:
        """Tell the stock entities how the order has ended, without waiting for them.

        A lost settlement is repeated by recovery and retention.
        """
        for line, settlement in settlements_of(self.order_id, outcome, lines, sales):
            self.caller.signal_entity(_entity(line), StockOperation.SETTLE, settlement)

    def _commit(self, line: StockLine) -> Steps[StockSale]:
        step = StockStep.COMMIT_STOCK
        reply = yield from self._call(step, StockOperation.COMMIT, line, self.caller.step_retries)
        sold: Sold = unless_refused(step, decode(Sale, reply))
        return StockSale(sku=line.sku, reservation=sold.reservation)

    def _release(self, line: StockLine) -> Steps[None]:
        step = StockStep.RELEASE_STOCK
        yield from self._call(step, StockOperation.RELEASE, line, self.caller.undo_retries)

    def _call(
        self, step: StockStep, operation: StockOperation, line: StockLine, retries: Backoff
    ) -> Steps[Any]:
        request = StockRequest(
            order_id=self.order_id, quantity=line.quantity, opening_balance=line.opening_balance
        )
        try:
            return (
                yield from self.caller.call_entity(step, _entity(line), operation, request, retries)
            )
        except StepFailedError:
            raise unavailable(step) from None


def _do_all(calls: Sequence[Steps[T]]) -> Steps[tuple[T, ...]]:
    """Make all calls, then raise the first failure."""
    results: list[T] = []
    failures: list[StoppedError] = []
    for call in calls:
        try:
            results.append((yield from call))
        except StoppedError as stop:
            failures.append(stop)
    if failures:
        raise failures[0]
    return tuple(results)


def _entity(line: StockLine) -> df.EntityId:
    return df.EntityId(Entity.STOCK.value, line.sku)
