"""Ports that fail when they are told to, before or after their effect."""

from typing import Any

import entities.stock
from orders.contracts.names import StockOperation
from orders.domain.errors import UnavailableError
from orders.domain.stock import Stock

FOREVER = 10**9


class Failing:
    """An adapter whose first calls of one method raise: some before the effect, then some after."""

    def __init__(self, adapter: object, method: str, *, before: int = 0, after: int = 0) -> None:
        self._adapter = adapter
        self._method = method
        self._before = before
        self._after = after
        self.calls = 0

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - whatever the adapter has
        return self._call if name == self._method else getattr(self._adapter, name)

    def _call(self, *args: object, **named: object) -> object:
        self.calls += 1
        if self.calls <= self._before:
            raise UnavailableError("made to fail before the effect")
        answer = getattr(self._adapter, self._method)(*args, **named)
        if self.calls <= self._before + self._after:
            raise UnavailableError("made to fail after the effect")
        return answer


class FailingStock:
    """The stock's operation of one kind, failing like the method of a port."""

    def __init__(self, operation: str, *, before: int = 0, after: int = 0) -> None:
        self._operation = operation
        self._before = before
        self._after = after
        self._apply = entities.stock._apply
        self.calls = 0

    def __call__(self, stock: Stock, operation: str, asked: object) -> tuple[Stock, Any]:
        """Apply the operation; what fails after the effect has an answer that cannot be sent."""
        if operation != self._operation:
            return self._apply(stock, StockOperation(operation), asked)
        self.calls += 1
        if self.calls <= self._before:
            raise UnavailableError("made to fail before the effect")
        after, answer = self._apply(stock, StockOperation(operation), asked)
        return after, object() if self.calls <= self._before + self._after else answer
