"""Requests for a payment that Stripe refuses whatever the bank would say.

The payment method or the amount is wrong, so no retry helps: they are results, not faults.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import stripe

from orders.adapters.payments.stripe.connection import StripeStoredError
from orders.domain.outcome import Reason

_REASONS: Final[dict[str | None, Reason]] = {
    "amount_too_small": Reason.TOTAL_BELOW_MINIMUM,
    "amount_too_large": Reason.TOTAL_ABOVE_MAXIMUM,
}

#: Part of the message about a payment method that was used up. It comes without code and parameter.
_USED_UP: Final = "may not be used again"


class StripeRejectedError(StripeStoredError):
    """Stripe refuses the payment method or the amount."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(f"Stripe refuses the payment: {reason}")
        self.reason = reason


@contextmanager
def translate_refusals() -> Iterator[None]:
    """Translate the errors of Stripe's SDK about a payment method or an amount."""
    try:
        yield
    except stripe.InvalidRequestError as error:
        reason = _reason(error)
        if reason is None:
            raise
        raise StripeRejectedError(reason) from None


def _reason(error: stripe.InvalidRequestError) -> Reason | None:
    code = error.code or ""
    if code in _REASONS:
        return _REASONS[code]
    if (code, error.param) == ("resource_missing", "payment_method"):
        return Reason.UNKNOWN_PAYMENT_METHOD
    is_about_method = error.param == "payment_method" or code.startswith("payment_method_")
    is_used_up = not code and _USED_UP in (error.user_message or "")
    return Reason.UNUSABLE_PAYMENT_METHOD if is_about_method or is_used_up else None
