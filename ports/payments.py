"""How is an order paid?

authorize: the bank holds the amount.  capture: the held money is taken.
withdraw: the customer is left whole, whatever happened before: an open hold is voided, captured
money refunded.

The three are done once per order however often they are called, and raise PaymentsUnavailable when
nobody can tell.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Protocol

from domain.answers import Authorization, Capture, Withdrawal
from domain.facts import PaymentFact
from domain.money import Money


class Payments(Protocol):
    """A payment gateway."""

    def authorize(self, order_id: str, amount: Money, payment_method: str) -> Authorization:
        """Hold the amount. A decline is an answer."""
        ...

    def capture(self, order_id: str) -> Capture:
        """Take the held amount."""
        ...

    def withdraw(self, order_id: str) -> Withdrawal:
        """Give back what was held or taken; from now on nothing more is taken."""
        ...

    def payments(self, since: datetime) -> Iterable[PaymentFact]:
        """All payments that were begun since, for the audit; the gateway's own record of them."""
        ...
