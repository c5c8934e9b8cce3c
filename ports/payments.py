"""How is an order paid?

authorize: the bank holds the amount.  capture: the held money is taken.
refund: some of what was taken is paid back.
withdraw: the customer is left whole, whatever happened before: an open hold is voided, captured
money refunded, as far as it is not paid back yet.

Each is done once per order, a refund once per refund id, however often it is called, and raises
PaymentsUnavailable when nobody can tell. That a capture, a refund or a withdrawal is refused leaves
no mark: asked again later, the bank may answer otherwise.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Protocol

from domain.answers import Authorization, Capture, Refund, Withdrawal
from domain.facts import PaymentFact
from domain.money import Money


class Payments(Protocol):
    """A payment gateway."""

    def authorize(self, order_id: str, amount: Money, payment_method: str) -> Authorization:
        """Hold the amount. A decline is an answer."""
        ...

    def capture(self, order_id: str) -> Capture:
        """Take the held amount. A refusal is an answer."""
        ...

    def refund(self, order_id: str, refund_id: str, amount: Money) -> Refund:
        """Pay back some of what was taken, never more than was taken and not paid back yet.

        The id counts: with another amount, too, it is the refund that was paid first.
        """
        ...

    def withdraw(self, order_id: str) -> Withdrawal:
        """Give back what is held or taken still; from now on nothing more is taken."""
        ...

    def payments(self, since: datetime) -> Iterable[PaymentFact]:
        """All payments that were begun since, for the audit; the gateway's own record of them."""
        ...
