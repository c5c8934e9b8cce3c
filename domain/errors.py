"""What can go wrong here that is not an answer.

An outcome that the shop expects (a declined card, a refused address) is a value, never one of
these.

OrdersError
├── Unavailable             try again later: the caller retries with backoff
│   ├── BookUnavailable
│   ├── PaymentsUnavailable
│   ├── CarrierUnavailable
│   ├── MailerUnavailable
│   └── EngineUnavailable
├── UnknownOrder
├── CursorInvalid
├── SettingsInvalid
└── CatalogueInvalid
"""


class OrdersError(Exception):
    """Something went wrong in the order service."""

    def __init__(self, message: str | None = None) -> None:
        super().__init__(message or type(self).__doc__)


class Unavailable(OrdersError):
    """A service that the order needs does not answer at the moment."""


class BookUnavailable(Unavailable):
    """The order book does not answer at the moment."""


class PaymentsUnavailable(Unavailable):
    """The payment gateway does not answer at the moment."""


class CarrierUnavailable(Unavailable):
    """The carrier does not answer at the moment."""


class MailerUnavailable(Unavailable):
    """The mail could not be handed over at the moment."""


class EngineUnavailable(Unavailable):
    """The engine that runs the orders does not answer at the moment."""


class UnknownOrder(OrdersError):
    """The book holds no order of this id."""


class CursorInvalid(OrdersError):
    """No page of the book ends there."""


class SettingsInvalid(OrdersError):
    """A setting is missing or makes no sense."""


class CatalogueInvalid(OrdersError):
    """The catalogue cannot be read."""
