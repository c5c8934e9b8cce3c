"""Faults of the order service.

An outcome that the shop expects (a declined card, a refused address) is a value, never one of
these.

OrdersError
├── UnavailableError            a dependency is down: the caller retries with backoff
│   ├── StoreUnavailableError
│   ├── PaymentsUnavailableError
│   ├── CarrierUnavailableError
│   ├── MailerUnavailableError
│   └── EngineUnavailableError
├── OrderNotFoundError
├── StockChangeNotFoundError
├── UnreadableRecordError
├── InvalidCursorError
├── InvalidSettingsError
└── InvalidCatalogueError
"""


class OrdersError(Exception):
    """The order service failed."""

    def __init__(self, message: str | None = None) -> None:
        super().__init__(message or type(self).__doc__)


class UnavailableError(OrdersError):
    """A dependency is not available."""


class StoreUnavailableError(UnavailableError):
    """The order store is not available."""


class PaymentsUnavailableError(UnavailableError):
    """The payment gateway is not available."""


class CarrierUnavailableError(UnavailableError):
    """The carrier is not available."""


class MailerUnavailableError(UnavailableError):
    """The mail server did not accept the email."""


class EngineUnavailableError(UnavailableError):
    """The Durable Functions engine is not available."""


class OrderNotFoundError(OrdersError):
    """The order store has no order with this ID."""


class StockChangeNotFoundError(OrdersError):
    """The order store has no stock change with this ID."""


class UnreadableRecordError(OrdersError):
    """The record of an order cannot be decoded."""


class InvalidCursorError(OrdersError):
    """The cursor does not belong to this list."""


class InvalidSettingsError(OrdersError):
    """A setting is missing or invalid."""


class InvalidCatalogueError(OrdersError):
    """The catalogue cannot be read."""
