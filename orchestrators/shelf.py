"""How does an order get its articles? From the stock of each, one after another, all or none."""

from typing import Any

import azure.durable_functions as df

from contracts.codec import decode
from contracts.names import Entity, StockOperation, StockStep
from contracts.stock import OrderUnits
from domain.answers import Reservation, StockNeed
from orchestrators.backoff import Backoff
from orchestrators.run import Run, Steps
from orchestrators.steps import ask_entity


class Shelf:
    """The articles that one order needs."""

    def __init__(self, run: Run, needs: tuple[StockNeed, ...]) -> None:
        self._run = run
        #: What to reserve; what an undo releases.
        self.needs = needs

    def reserve(self) -> Steps[Reservation]:
        """Hold the units of every article, or say which answer stopped it."""
        return (yield from self._each(StockStep.RESERVE_STOCK, StockOperation.RESERVE))

    def commit(self) -> Steps[Reservation]:
        """Sell the held units of every article."""
        return (yield from self._each(StockStep.COMMIT_STOCK, StockOperation.COMMIT))

    def release(self, run: Run) -> Steps[None]:
        """Undo: give all units back, and see to it that none is held later."""
        for need in self.needs:
            release = StockOperation.RELEASE
            yield from self._operate(StockStep.RELEASE_STOCK, release, need, run.undoing)

    def _each(self, step: StockStep, operation: StockOperation) -> Steps[Reservation]:
        for need in self.needs:
            reply = yield from self._operate(step, operation, need, self._run.doing)
            answer = decode(Reservation, reply)
            if not answer.reserved:
                return answer
        return Reservation(reserved=True)

    def _operate(
        self, step: StockStep, operation: StockOperation, need: StockNeed, backoff: Backoff
    ) -> Steps[Any]:
        asked = OrderUnits(
            order_id=self._run.order.order_id,
            quantity=need.quantity,
            opening_balance=need.opening_balance,
        )
        stock = df.EntityId(Entity.STOCK.value, need.sku)
        return (yield from ask_entity(self._run, step, backoff, stock, operation, asked))
