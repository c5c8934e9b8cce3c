"""Payment methods of the sandbox: the method selects the behavior.

Names of Stripe's test mode are used if Stripe has one.

| payment method                          | behavior |
|-----------------------------------------|-----------|
| pm_card_visa, pm_card_mastercard, …      | approved |
| pm_card_chargeDeclined                  | declined, cardDeclined |
| pm_card_chargeDeclinedInsufficientFunds | declined, insufficientFunds |
| pm_card_chargeDeclinedExpiredCard       | declined, expiredCard |
| pm_card_chargeDeclinedIncorrectCvc      | declined, incorrectCvc |
| pm_card_chargeDeclinedProcessingError   | declined, processingError |
| pm_card_authenticationRequired          | declined, customerActionRequired |
| pm_sandbox_used                         | refused, unusablePaymentMethod |
| pm_sandbox_flaky                        | authorizing raises twice, then is approved |
| pm_sandbox_timeoutAfterEffect           | approved, but the first response is lost |
| pm_sandbox_timeoutBeforeEffect          | authorizing raises once, then is approved |
| pm_sandbox_unavailable                  | authorizing always raises |
| pm_sandbox_unavailable90s               | authorizing raises for 90 seconds; also m, h, d |
| pm_sandbox_captureRefused               | approved; capturing is refused, captureRefused |
| pm_sandbox_captureAnswerLost            | captured, but the first three responses are lost |
| pm_sandbox_captureUnavailable           | approved; capturing always raises |
| pm_sandbox_captureUnavailable90s        | approved; capturing raises for 90 seconds |
| pm_sandbox_refundRefused                | as captureAnswerLost; refunds are refused |
| pm_sandbox_refundUnavailable            | captured; partial refunds always raise |
| pm_sandbox_undoUnavailable              | approved; capturing and reversing always raise |
| pm_sandbox_lapses90s                    | approved; the authorization lapses after 90 seconds |
| pm_card_refundFail                      | refunds come back after 5 seconds; a retry does not |
| pm_card_createDispute                   | captured; after 5 seconds a dispute is opened |
| pm_sandbox_disputeWon                   | as createDispute; after 20 seconds it is won |
| pm_sandbox_disputeLost                  | as createDispute; after 20 seconds it is lost |
| any other                               | declined, unknownPaymentMethod |
"""

import re
from datetime import timedelta
from typing import Final

from orders.domain.outcome import Reason

FLAKY: Final = "pm_sandbox_flaky"
TIMEOUT_AFTER_EFFECT: Final = "pm_sandbox_timeoutAfterEffect"
TIMEOUT_BEFORE_EFFECT: Final = "pm_sandbox_timeoutBeforeEffect"
UNAVAILABLE: Final = "pm_sandbox_unavailable"
CAPTURE_REFUSED: Final = "pm_sandbox_captureRefused"
CAPTURE_ANSWER_LOST: Final = "pm_sandbox_captureAnswerLost"
CAPTURE_UNAVAILABLE: Final = "pm_sandbox_captureUnavailable"
REFUND_REFUSED: Final = "pm_sandbox_refundRefused"
REFUND_UNAVAILABLE: Final = "pm_sandbox_refundUnavailable"
UNDO_UNAVAILABLE: Final = "pm_sandbox_undoUnavailable"
LAPSES: Final = "pm_sandbox_lapses"
REFUND_FAIL: Final = "pm_card_refundFail"
CREATE_DISPUTE: Final = "pm_card_createDispute"
DISPUTE_WON: Final = "pm_sandbox_disputeWon"
DISPUTE_LOST: Final = "pm_sandbox_disputeLost"

#: Calls of authorize that raise before it succeeds.
FAULTS_BEFORE_AUTHORIZING: Final[dict[str, int]] = {FLAKY: 2, TIMEOUT_BEFORE_EFFECT: 1}

#: Calls of capture that raise after the effect: a customer may cancel between them.
FAULTS_AFTER_CAPTURING: Final[dict[str, int]] = {CAPTURE_ANSWER_LOST: 3, REFUND_REFUSED: 3}

_BRANDS: Final = (
    *("visa", "visa_debit", "mastercard", "mastercard_debit", "mastercard_prepaid"),
    *("amex", "discover", "diners", "jcb", "unionpay"),
)

_APPROVED: Final = frozenset(
    {f"pm_card_{brand}" for brand in _BRANDS}
    | {FLAKY, TIMEOUT_AFTER_EFFECT, TIMEOUT_BEFORE_EFFECT, UNAVAILABLE}
    | {CAPTURE_REFUSED, CAPTURE_ANSWER_LOST, CAPTURE_UNAVAILABLE}
    | {REFUND_REFUSED, REFUND_UNAVAILABLE, UNDO_UNAVAILABLE}
    | {REFUND_FAIL, CREATE_DISPUTE, DISPUTE_WON, DISPUTE_LOST}
)

_DECLINED: Final[dict[str, Reason]] = {
    "pm_card_chargeDeclined": Reason.CARD_DECLINED,
    "pm_card_visa_chargeDeclined": Reason.CARD_DECLINED,
    "pm_card_chargeDeclinedInsufficientFunds": Reason.INSUFFICIENT_FUNDS,
    "pm_card_visa_chargeDeclinedInsufficientFunds": Reason.INSUFFICIENT_FUNDS,
    "pm_card_chargeDeclinedExpiredCard": Reason.EXPIRED_CARD,
    "pm_card_chargeDeclinedIncorrectCvc": Reason.INCORRECT_CVC,
    "pm_card_chargeDeclinedProcessingError": Reason.PROCESSING_ERROR,
    "pm_card_authenticationRequired": Reason.CUSTOMER_ACTION_REQUIRED,
    "pm_sandbox_used": Reason.UNUSABLE_PAYMENT_METHOD,
}


_OUTAGE: Final = re.compile(r"(\w+?)(\d{1,4})([smhd])", re.ASCII)
_UNITS: Final = {
    "s": timedelta(seconds=1),
    "m": timedelta(minutes=1),
    "h": timedelta(hours=1),
    "d": timedelta(days=1),
}


def outage(payment_method: str, base: str) -> timedelta | None:
    """Return the time in a method: `base`, a number and a unit (s, m, h, d)."""
    match = _OUTAGE.fullmatch(payment_method)
    if match is None or match[1] != base:
        return None
    return int(match[2]) * _UNITS[match[3]]


def decline_reason(payment_method: str) -> Reason | None:
    """Return why the payment method is declined; None if it is approved."""
    bases = (UNAVAILABLE, CAPTURE_UNAVAILABLE, LAPSES)
    if payment_method in _APPROVED or any(outage(payment_method, base) for base in bases):
        return None
    return _DECLINED.get(payment_method, Reason.UNKNOWN_PAYMENT_METHOD)
