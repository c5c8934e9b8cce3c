"""Port: the payment gateway.

authorize   the bank holds the amount
capture     the held amount is taken
refund      a part of the captured amount is paid back
reverse     the authorization is voided, or the captured amount refunded, whichever applies

Each happens once per order, a refund once per refund ID, however often it is called. A method
raises PaymentsUnavailableError if the effect is unknown. A refused capture, refund or reversal
is not recorded: a later call may succeed.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Protocol

from orders.domain.money import Money
from orders.domain.order import PaymentLimits
from orders.domain.provider_records import PartnerObject, PaymentRecord, PaymentState
from orders.domain.results import Authorization, Capture, RefundResult, Reversal


class Payments(Protocol):
    """A payment gateway."""

    def limits(self, currency: str) -> PaymentLimits:
        """Return which amounts of a currency the gateway takes. It connects to nothing."""

    def authorize(self, order_id: str, amount: Money, payment_method: str) -> Authorization:
        """Authorize the amount. A decline is returned, not raised."""

    def capture(self, order_id: str) -> Capture:
        """Capture the authorized amount. A refusal is returned, not raised."""

    def refund(self, order_id: str, refund_id: str, amount: Money) -> RefundResult:
        """Refund a part of the captured amount, never more than is left of it.

        The refund ID identifies the refund: a repeat with another amount pays nothing more.
        """

    def reverse(self, order_id: str) -> Reversal:
        """Void or refund the payment and leave a tombstone: nothing more is captured later."""

    def state(self, order_id: str) -> PaymentState:
        """Return the order's payment as the gateway shows it now."""

    def find_object(self, object_id: str) -> PartnerObject | None:
        """Return the owner of an object that the gateway's events name; None: it is unknown."""

    def is_available(self) -> bool:
        """Whether the gateway answers at the moment. It never raises."""

    def list_payments(self, since: datetime) -> Iterable[PaymentRecord]:
        """Return the gateway's own record of all payments begun since then."""
