"""Stock steps of an order: one call of each product's stock entity, all or none."""

from typing import Any

import azure.durable_functions as df

from orchestrators.calls import OrderContext, Steps, call_entity
from orchestrators.retries import Backoff
from orders.contracts.codec import decode
from orders.contracts.names import Entity, StockOperation, StockStep
from orders.contracts.payloads import StockRequest
from orders.domain.results import ReservationResult, StockLine


class StockSteps:
    """Reserve, commit and release the products of one order."""

    def __init__(self, order: OrderContext, lines: tuple[StockLine, ...]) -> None:
        self._order = order
        #: The units to reserve, and to release in an undo.
        self.lines = lines

    def reserve(self) -> Steps[ReservationResult]:
        """Reserve the units of every line, or return the first refusal."""
        return (yield from self._for_each_line(StockStep.RESERVE_STOCK, StockOperation.RESERVE))

    def commit(self) -> Steps[ReservationResult]:
        """Sell the reserved units of every line."""
        return (yield from self._for_each_line(StockStep.COMMIT_STOCK, StockOperation.COMMIT))

    def release(self, order: OrderContext) -> Steps[None]:
        """Undo: release all units and leave tombstones against late reservations."""
        for line in self.lines:
            release = StockOperation.RELEASE
            yield from self._call(StockStep.RELEASE_STOCK, release, line, order.undo_retries)

    def _for_each_line(
        self, step: StockStep, operation: StockOperation
    ) -> Steps[ReservationResult]:
        for line in self.lines:
            reply = yield from self._call(step, operation, line, self._order.step_retries)
            result = decode(ReservationResult, reply)
            if not result.reserved:
                return result
        return ReservationResult(reserved=True)

    def _call(
        self, step: StockStep, operation: StockOperation, line: StockLine, retries: Backoff
    ) -> Steps[Any]:
        request = StockRequest(
            order_id=self._order.order.order_id,
            quantity=line.quantity,
            opening_balance=line.opening_balance,
        )
        entity = df.EntityId(Entity.STOCK.value, line.sku)
        return (yield from call_entity(self._order, step, retries, entity, operation, request))
