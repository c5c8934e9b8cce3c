"""Unsettled entries: find those of ended orders in the stock entities, and settle them.

An order is settled by its orchestration, in the turn in which it ends. If a worker dies in that
turn, the settlement is lost; and a call that was believed lost may reserve units for an order that
has ended. Each run looks at some products in turn, and at a sample of the entries of each.
"""

import asyncio
import logging
from collections.abc import Sequence
from datetime import datetime, timedelta
from random import Random
from typing import Final

import azure.durable_functions as df

from orders.contracts.names import StockOperation
from orders.contracts.payloads import StockRequest, StockSettlement
from orders.domain.errors import OrdersError, UnreadableRecordError
from orders.domain.settlement import EntryState, entry_state
from orders.domain.stock import ReservationStatus, Stock, StockReservation
from orders.engine.client import read_stock, signal_stock
from orders.services import services

_log = logging.getLogger(__name__)

#: Products that a run reads, and entries of each whose orders it looks up.
PRODUCTS_PER_RUN: Final = 10
ENTRIES_PER_PRODUCT: Final = 50
_RUN_INTERVAL: Final = timedelta(minutes=1)
_EPOCH: Final = datetime.fromisoformat("2026-01-01T00:00:00+00:00")


class UnsettledEntries:
    """One look at the entries of some products."""

    def __init__(self, client: df.DurableOrchestrationClient) -> None:
        self._client = client
        self._now = services().clock.now()
        self._run = (self._now - _EPOCH) // _RUN_INTERVAL

    async def settle_all(self) -> None:
        """Settle what is left of ended orders. A failure does not stop the other products."""
        for sku in self._in_turn(sorted(services().catalogue.skus())):
            try:
                await self._settle_product(sku)
            except OrdersError as error:
                _log.warning("the entries of %s are not settled until a later run: %s", sku, error)
            except Exception:  # noqa: BLE001 - a fault of one product must not stop the others
                _log.exception("the entries of %s are not settled until a later run", sku)

    async def _settle_product(self, sku: str) -> None:
        stock = await read_stock(self._client, sku)
        if stock is None:
            return
        for order_id in self._sample(sorted(stock.reservations)):
            entry = stock.reservations[order_id]
            state = await asyncio.to_thread(self._state, sku, order_id, entry)
            if state is EntryState.LATE:
                _log.warning(
                    "order %s has ended: its %d units of %s are released",
                    *(order_id, entry.quantity, sku),
                )
                await self._release(sku, stock, order_id, entry.quantity)
            elif state is EntryState.AGREES:
                await self._settle(sku, stock, order_id, entry)

    def _state(self, sku: str, order_id: str, entry: StockReservation) -> EntryState:
        store = services().order_store
        try:
            record = store.find(order_id)
        except UnreadableRecordError:
            return EntryState.OPEN
        if record is None:
            return _STATES_IF_DELETED[entry.status] if store.is_deleted(order_id) else _UNKNOWN
        # The settlement of an order that has just ended may be on its way.
        grace = services().settings.recovery.recover_after
        if record.ended_at is None or record.ended_at > self._now - grace:
            return EntryState.OPEN
        return entry_state(record, sku, entry)

    async def _release(self, sku: str, stock: Stock, order_id: str, quantity: int) -> None:
        request = StockRequest(order_id=order_id, opening_balance=stock.opening, quantity=quantity)
        await signal_stock(self._client, sku, StockOperation.RELEASE, request)
        released = StockReservation(quantity=quantity, status=ReservationStatus.RELEASED)
        await self._settle(sku, stock, order_id, released)

    async def _settle(self, sku: str, stock: Stock, order_id: str, entry: StockReservation) -> None:
        settlement = StockSettlement(
            order_id=order_id,
            opening_balance=stock.opening,
            status=entry.status,
            quantity=entry.quantity,
            reservation=entry.number,
        )
        await signal_stock(self._client, sku, StockOperation.SETTLE, settlement)

    def _in_turn(self, skus: Sequence[str]) -> Sequence[str]:
        """Return as many products as one run reads; the next run continues after them."""
        if len(skus) <= PRODUCTS_PER_RUN:
            return skus
        start = self._run * PRODUCTS_PER_RUN % len(skus)
        return (*skus, *skus)[start : start + PRODUCTS_PER_RUN]

    def _sample(self, order_ids: Sequence[str]) -> Sequence[str]:
        """Return as many entries as one run looks up: others in each run."""
        size = min(ENTRIES_PER_PRODUCT, len(order_ids))
        return Random(self._run).sample(order_ids, size)  # noqa: S311 - not a secret


#: An order that the store does not have: the audit reports its units.
_UNKNOWN: Final = EntryState.OPEN
#: A deleted order has ended long ago.
_STATES_IF_DELETED: Final = {
    ReservationStatus.RESERVED: EntryState.LATE,
    ReservationStatus.RELEASED: EntryState.AGREES,
    ReservationStatus.SOLD: EntryState.OPEN,
}
