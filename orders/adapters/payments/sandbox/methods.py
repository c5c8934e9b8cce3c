"""What does a payment method bring about in the sandbox?

Named as in Stripe's test mode, where Stripe has one.

| payment method                             | what happens |
|---|---|
| pm_card_visa, pm_card_mastercard, …         | approved |
| pm_card_chargeDeclined                     | declined, cardDeclined |
| pm_card_chargeDeclinedInsufficientFunds    | declined, insufficientFunds |
| pm_card_chargeDeclinedExpiredCard          | declined, expiredCard |
| pm_card_chargeDeclinedIncorrectCvc         | declined, incorrectCvc |
| pm_card_chargeDeclinedProcessingError      | declined, processingError |
| pm_card_authenticationRequired             | declined, customerActionRequired |
| pm_sandbox_flaky                           | authorizing raises twice, then it is approved |
| pm_sandbox_timeoutAfterEffect              | approved, but the first answer is lost |
| pm_sandbox_timeoutBeforeEffect             | authorizing raises once, then it is approved |
| pm_sandbox_unavailable                     | authorizing always raises |
| pm_sandbox_captureRefused                  | approved; capturing is refused, captureRefused |
| pm_sandbox_captureAnswerLost               | captured, but the first three answers are lost |
| pm_sandbox_captureUnavailable              | approved; capturing always raises |
| pm_sandbox_refundRefused                   | as captureAnswerLost; paying back is refused |
| pm_sandbox_refundUnavailable               | captured; refunding a part always raises |
| pm_sandbox_undoUnavailable                 | approved; capturing and giving back always raise |
| any other                                  | declined, unknownPaymentMethod |
"""

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

#: How often authorizing raises before it works.
FAULTS_BEFORE_HOLDING: Final[dict[str, int]] = {FLAKY: 2, TIMEOUT_BEFORE_EFFECT: 1}

#: How often the money is taken, and the answer lost: in the retries a customer may cancel.
ANSWERS_LOST_AFTER_TAKING: Final[dict[str, int]] = {CAPTURE_ANSWER_LOST: 3, REFUND_REFUSED: 3}

_BRANDS: Final = (
    *("visa", "visa_debit", "mastercard", "mastercard_debit", "mastercard_prepaid"),
    *("amex", "discover", "diners", "jcb", "unionpay"),
)

_APPROVED: Final = frozenset(
    {f"pm_card_{brand}" for brand in _BRANDS}
    | {FLAKY, TIMEOUT_AFTER_EFFECT, TIMEOUT_BEFORE_EFFECT, UNAVAILABLE}
    | {CAPTURE_REFUSED, CAPTURE_ANSWER_LOST, CAPTURE_UNAVAILABLE}
    | {REFUND_REFUSED, REFUND_UNAVAILABLE, UNDO_UNAVAILABLE}
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
}


def decline_reason(payment_method: str) -> Reason | None:
    """Why the sandbox's bank says no to this payment method; None when it approves."""
    if payment_method in _APPROVED:
        return None
    return _DECLINED.get(payment_method, Reason.UNKNOWN_PAYMENT_METHOD)
