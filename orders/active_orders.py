"""Number of the orders being worked, for the cap on new orders."""

import logging
from datetime import datetime, timedelta
from threading import Lock
from typing import Final

from orders.ports.clock import Clock
from orders.ports.order_store import OrderStore

_log = logging.getLogger(__name__)

#: How long a count is used.
_INTERVAL: Final = timedelta(seconds=5)


class ActiveOrders:
    """The number of active orders, as this process knows it.

    The store counts them every few seconds, not at each request; orders that this process has
    placed since are added. So a cap is approximate, above all with many machines: between two
    counts each process fills the same room, requests at the same moment may exceed it, and orders
    that have ended since still count.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = Lock()
        #: When the latest count began.
        self._asked_at: datetime | None = None
        #: The latest count. None: there is none yet.
        self._counted: int | None = None
        #: Orders that this process has placed, and how many of them the latest count includes.
        self._placed = 0
        self._placed_at_count = 0

    def reach(self, cap: int, store: OrderStore) -> bool:
        """Whether there are as many active orders as the cap, or more.

        Raises:
            StoreUnavailableError: no count is known yet, or it is this caller's turn to count.
        """
        with self._lock:
            now = self._clock.now()
            if self._counted is not None and self._is_recent(now):
                return self._known(self._counted) >= cap
            # The others use the count before this one meanwhile.
            self._asked_at = now
            placed = self._placed
        counted = store.count_active(cap)
        if counted >= cap:
            _log.warning("new orders are refused: %s orders are being processed", counted)
        with self._lock:
            self._counted, self._placed_at_count = counted, placed
            return self._known(counted) >= cap

    def add(self) -> None:
        """Count an order that this process has placed."""
        with self._lock:
            self._placed += 1

    def _known(self, counted: int) -> int:
        return counted + self._placed - self._placed_at_count

    def _is_recent(self, now: datetime) -> bool:
        # A clock that was set back must not make a count last longer.
        return self._asked_at is not None and self._asked_at <= now < self._asked_at + _INTERVAL
