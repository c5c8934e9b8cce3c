"""Ports and entity operations that fail on demand, before or after their effect."""

from typing import Any, Final

import entities.stock
from orders.contracts.names import StockOperation
from orders.domain.errors import UnavailableError
from orders.domain.stock import Stock

FOREVER: Final = 10**9


class Failing:
    """An adapter whose first calls of one method raise: some before the effect, then some after."""

    def __init__(self, adapter: object, method: str, *, before: int = 0, after: int = 0) -> None:
        self._adapter = adapter
        self._method = method
        self._before = before
        self._after = after
        self.calls = 0

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - any attribute of the adapter
        return self._call if name == self._method else getattr(self._adapter, name)

    def _call(self, *args: object, **named: object) -> object:
        self.calls += 1
        if self.calls <= self._before:
            raise UnavailableError("made to fail before the effect")
        result = getattr(self._adapter, self._method)(*args, **named)
        if self.calls <= self._before + self._after:
            raise UnavailableError("made to fail after the effect")
        return result


class FailingStock:
    """One operation of the stock entity that fails as the method of a port does."""

    def __init__(self, operation: str, *, before: int = 0, after: int = 0) -> None:
        self._operation = operation
        self._before = before
        self._after = after
        self._apply = entities.stock._apply
        self.calls = 0

    def __call__(self, stock: Stock, operation: str, payload: object) -> tuple[Stock, Any]:
        """Apply the operation; one that fails after its effect has a result without JSON."""
        if operation != self._operation:
            return self._apply(stock, StockOperation(operation), payload)
        self.calls += 1
        if self.calls <= self._before:
            raise UnavailableError("made to fail before the effect")
        stock, result = self._apply(stock, StockOperation(operation), payload)
        return stock, object() if self.calls <= self._before + self._after else result
