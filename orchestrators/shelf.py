"""How does an order get its articles? From the stock of each, one after another, all or none."""

from typing import Any

import azure.durable_functions as df

from contracts.codec import decode
from contracts.names import Entity, StockOperation, StockStep
from contracts.payloads import OrderReference
from contracts.stock import OrderUnits
from domain.answers import Reservation, StockNeed
from orchestrators.backoff import DOING, UNDOING, Backoff
from orchestrators.steps import Context, Steps, ask_entity


class Shelf:
    """The articles that one order needs."""

    def __init__(
        self, context: Context, order: OrderReference, needs: tuple[StockNeed, ...]
    ) -> None:
        self._context = context
        self._order = order
        #: What to reserve; what an undo releases.
        self.needs = needs

    def reserve(self) -> Steps[Reservation]:
        """Hold the units of every article, or say which answer stopped it."""
        return (yield from self._each(StockStep.RESERVE_STOCK, StockOperation.RESERVE))

    def commit(self) -> Steps[Reservation]:
        """Sell the held units of every article."""
        return (yield from self._each(StockStep.COMMIT_STOCK, StockOperation.COMMIT))

    def release(self, context: Context, order: OrderReference) -> Steps[None]:  # noqa: ARG002 - an undo's shape
        """Undo: give all units back, and see to it that none is held later."""
        for need in self.needs:
            yield from self._operate(StockStep.RELEASE_STOCK, StockOperation.RELEASE, need, UNDOING)

    def _each(self, step: StockStep, operation: StockOperation) -> Steps[Reservation]:
        for need in self.needs:
            reply = yield from self._operate(step, operation, need, DOING)
            answer = decode(Reservation, reply)
            if not answer.reserved:
                return answer
        return Reservation(reserved=True)

    def _operate(
        self, step: StockStep, operation: StockOperation, need: StockNeed, backoff: Backoff
    ) -> Steps[Any]:
        asked = OrderUnits(
            order_id=self._order.order_id,
            quantity=need.quantity,
            opening_balance=need.opening_balance,
        )
        stock = df.EntityId(Entity.STOCK.value, need.sku)
        return (yield from ask_entity(self._context, step, backoff, stock, operation, asked))
