"""Ports and entity operations that fail on demand, before or after their effect."""

from collections.abc import Callable
from contextlib import suppress
from functools import partial
from inspect import isfunction
from typing import Any, Final

import entities.stock
from orders.contracts.names import StockOperation
from orders.domain import (
    erasure,
    operator_changes,
    reconciliation,
    refund_approvals,
    wait_changes,
)
from orders.domain.errors import UnavailableError
from orders.domain.order import PaymentLimits
from orders.domain.order_record import OrderRecord
from orders.domain.stock import Stock

FOREVER: Final = 10**9


#: The changes of an order's record.
CHANGES: Final = frozenset(
    name
    for owner in (
        *(OrderRecord, erasure, operator_changes, reconciliation),
        *(refund_approvals, wait_changes),
    )
    for name, member in vars(owner).items()
    if isfunction(member) and not name.startswith("_")
)


def change_name(change: Callable[..., object]) -> str:
    """Return the name of a change: its own, or the one of the change that a lambda calls."""
    names = (change.__name__, *change.__code__.co_names)
    return next(name for name in names if name in CHANGES)


class Failing:
    """An adapter whose first calls of one method raise: some before the effect, then some after.

    For the order store, the name of a change stands for the updates with this change.
    """

    def __init__(self, adapter: object, method: str, *, before: int = 0, after: int = 0) -> None:
        self._adapter = adapter
        self._method = method
        self._before = before
        self._after = after
        self.calls = 0

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - any attribute of the adapter
        if name == self._method:
            return lambda *args, **named: self._call(name, *args, **named)
        if name == "update" and not hasattr(self._adapter, self._method):
            return self._update
        return getattr(self._adapter, name)

    def _update(self, order_id: str, change: Callable[..., object]) -> object:
        if change_name(change) == self._method:
            return self._call("update", order_id, change)
        return getattr(self._adapter, "update")(order_id, change)  # noqa: B009 - an untyped adapter

    def _call(self, method: str, *args: object, **named: object) -> object:
        self.calls += 1
        if self.calls <= self._before:
            raise UnavailableError("made to fail before the effect")
        result = getattr(self._adapter, method)(*args, **named)
        if self.calls <= self._before + self._after:
            raise UnavailableError("made to fail after the effect")
        return result

    def fail(self) -> None:
        """Let all later calls raise before their effect."""
        self._before = FOREVER

    def repair(self) -> None:
        """Let all later calls succeed."""
        self._before = self._after = 0


class Late(Failing):
    """An adapter whose first call of one method is reported as lost and takes effect later.

    The calls after it take effect at once, or fail.
    """

    def __init__(self, adapter: object, method: str, *, fails: bool) -> None:
        super().__init__(adapter, method)
        self._fails = fails
        self.has_arrived = False
        self._late: Callable[[], object] | None = None

    def _call(self, method: str, *args: object, **named: object) -> object:
        self.calls += 1
        call = partial(getattr(self._adapter, method), *args, **named)
        if self.calls == 1:
            self._late = call
        if self.calls == 1 or self._fails:
            raise UnavailableError("reported as lost")
        return call()

    def repair(self) -> None:
        """Let all later calls succeed; the first one is still under way."""
        self._fails = False

    def arrive(self) -> None:
        """Let the first call take effect, once more if it already has."""
        if self._late is not None:
            self.has_arrived = True
            with suppress(UnavailableError):
                self._late()


class Doubled:
    """An order store that applies each change twice, as after a lost answer."""

    def __init__(self, store: Any) -> None:  # noqa: ANN401 - any adapter
        self._store = store

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - any attribute of the store
        return getattr(self._store, name)

    def update(self, order_id: str, change: Callable[..., object]) -> object:
        """Return the second answer."""
        self._store.update(order_id, change)
        return self._store.update(order_id, change)


class FailingStock:
    """One operation of the stock entity that fails as the method of a port does.

    With a quantity, only the calls with this quantity fail.
    """

    def __init__(
        self, operation: str, *, before: int = 0, after: int = 0, quantity: int | None = None
    ) -> None:
        self._operation = operation
        self._quantity = quantity
        self._before = before
        self._after = after
        self._apply = entities.stock._apply
        self.calls = 0

    def __call__(self, stock: Stock, operation: str, payload: Any) -> tuple[Stock, Any]:  # noqa: ANN401 - JSON
        """Apply the operation; one that fails after its effect has a result without JSON."""
        is_meant = self._quantity is None or payload["quantity"] == self._quantity
        if operation != self._operation or not is_meant:
            return self._apply(stock, StockOperation(operation), payload)
        self.calls += 1
        if self.calls <= self._before:
            raise UnavailableError("made to fail before the effect")
        stock, result = self._apply(stock, StockOperation(operation), payload)
        return stock, object() if self.calls <= self._before + self._after else result


class Outage:
    """An adapter of a partner that does not answer until the outage is over.

    If methods are named, only these do not answer.
    """

    def __init__(self, adapter: object, *methods: str) -> None:
        self._adapter = adapter
        self._methods = methods
        self.is_over = False
        #: Names of the methods that were called during the outage.
        self.calls: list[str] = []

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - any attribute of the adapter
        if self.is_over or (self._methods and name not in self._methods):
            return getattr(self._adapter, name)
        return partial(self._fail, name)

    def is_available(self) -> bool:
        """Whether the outage is over."""
        return self.is_over

    def limits(self, currency: str) -> PaymentLimits:
        """Return the limits of a gateway: nothing is asked for them."""
        limits: PaymentLimits = getattr(self._adapter, "limits")(currency)  # noqa: B009 - an untyped adapter
        return limits

    def _fail(self, name: str, *args: object, **named: object) -> None:  # noqa: ARG002 - any call
        self.calls.append(name)
        raise UnavailableError("the partner does not answer")
