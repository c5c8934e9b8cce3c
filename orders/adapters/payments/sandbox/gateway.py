"""Sandbox payment gateway with a ledger of its own.

Each effect has one entry under its idempotency key, and a repeated call is answered from that
entry. Reversing always leaves an entry, even without a payment: a late authorization or capture
finds it, does nothing and answers `alreadyUndone`. A refusal leaves no entry. The payment method
selects the behavior: see `methods`.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path

from orders.adapters.payments.sandbox import methods
from orders.adapters.sandbox_ledger import Entry, Ledger, LedgerTransaction
from orders.domain.errors import PaymentsUnavailableError
from orders.domain.money import Money
from orders.domain.order import PaymentLimits
from orders.domain.outcome import Reason
from orders.domain.provider_records import PaymentRecord
from orders.domain.results import (
    Authorization,
    Authorized,
    Capture,
    Captured,
    Refunded,
    RefundResult,
    Refused,
    Reversal,
)
from orders.ports.clock import Clock


class Kind(StrEnum):
    """Kinds of ledger entries; those of refunds and reversals are `Reversal`."""

    #: The amount is authorized.
    AUTHORIZED = "authorized"
    #: The bank declined.
    DECLINED = "declined"
    #: The authorized amount was captured.
    CAPTURED = "captured"
    #: A fault was simulated.
    FAULT = "fault"


class SandboxPayments:
    """A payment gateway that approves, declines and fails on demand."""

    def __init__(self, path: Path, clock: Clock) -> None:
        self.ledger = Ledger(path, "payments", clock, PaymentsUnavailableError)

    def limits(self, currency: str) -> PaymentLimits:  # noqa: ARG002 - the same for all currencies
        """Return which amounts the sandbox takes: all but zero."""
        return PaymentLimits()

    def authorize(self, order_id: str, amount: Money, payment_method: str) -> Authorization:
        """Authorize the amount. A decline is returned, not raised."""
        self._fail_before_authorizing(order_id, payment_method)
        with self.ledger.writing() as ledger:
            if ledger.get(_reverse_key(order_id)):
                return Refused(reason=Reason.ALREADY_UNDONE)
            existing = ledger.get(_authorize_key(order_id))
            entry = existing or _decide(ledger, order_id, amount, payment_method)
        if existing is None and payment_method == methods.TIMEOUT_AFTER_EFFECT:
            raise PaymentsUnavailableError("the gateway's response was lost")
        return _authorization(entry)

    def capture(self, order_id: str) -> Capture:
        """Capture the authorized amount. A refusal is returned, not raised."""
        with self.ledger.writing() as ledger:
            result = _capture(ledger, order_id)
        if result is None:
            raise PaymentsUnavailableError
        return result

    def refund(self, order_id: str, refund_id: str, amount: Money) -> RefundResult:
        """Refund a part of the captured amount, once per refund ID."""
        key = f"{_refund_key(order_id)}:{refund_id}"
        with self.ledger.writing() as ledger:
            if ledger.get(key):
                return Refunded()
            reason = _reason_to_refuse(ledger, order_id, amount)
            if reason is not None:
                return Refused(reason=reason)
            kind = Reversal.REFUNDED
            ledger.put(key, order_id, kind, minor=amount.minor, currency=amount.currency)
        return Refunded()

    def reverse(self, order_id: str) -> Reversal:
        """Void or refund the payment and leave a tombstone."""
        with self.ledger.writing() as ledger:
            entry = ledger.get(_reverse_key(order_id)) or _reverse(ledger, order_id)
        return Reversal(entry.kind) if entry else Reversal.REFUSED

    def is_available(self) -> bool:
        """Whether the sandbox answers: always. Magic values make single orders fail."""
        return True

    def list_payments(self, since: datetime) -> Iterator[PaymentRecord]:
        """Return the payments in the ledger, one for each order."""
        sums: defaultdict[str, Counter[str]] = defaultdict(Counter)
        for entry in self.ledger.entries(since):
            sums[entry.order_id][entry.kind] += _minor(entry)
        for order_id, minor in sums.items():
            if not minor.keys() & {Kind.AUTHORIZED, Kind.DECLINED}:
                continue  # the payment was begun before
            closed = minor[Kind.CAPTURED] + minor[Reversal.VOIDED]
            yield PaymentRecord(
                order_id=order_id,
                held=max(0, minor[Kind.AUTHORIZED] - closed),
                captured=minor[Kind.CAPTURED],
                refunded=minor[Reversal.REFUNDED],
            )

    def _fail_before_authorizing(self, order_id: str, payment_method: str) -> None:
        if payment_method == methods.UNAVAILABLE:
            raise PaymentsUnavailableError
        faults = methods.FAULTS_BEFORE_AUTHORIZING.get(payment_method, 0)
        outage = methods.outage(payment_method, methods.UNAVAILABLE)
        with self.ledger.writing() as ledger:
            is_due = _add_fault(ledger, order_id, "authorizeFault", faults)
            is_down = _is_down(ledger, order_id, "authorizeOutage", outage)
        if is_due or is_down:
            raise PaymentsUnavailableError


def _authorize_key(order_id: str) -> str:
    return f"{order_id}:authorize"


def _capture_key(order_id: str) -> str:
    return f"{order_id}:capture"


def _refund_key(order_id: str) -> str:
    return f"{order_id}:refund"


def _reverse_key(order_id: str) -> str:
    return f"{order_id}:reverse"


def _add_fault(ledger: LedgerTransaction, order_id: str, name: str, faults: int) -> bool:
    """Record the next of several simulated faults; false if all have happened."""
    keys = [f"{order_id}:{name}:{n}" for n in range(faults)]
    return ledger.put_first_missing(keys, order_id, Kind.FAULT)


def _is_down(
    ledger: LedgerTransaction, order_id: str, name: str, duration: timedelta | None
) -> bool:
    """Whether a simulated outage lasts. It begins with the order's first call."""
    key = f"{order_id}:{name}"
    return duration is not None and ledger.is_in_outage(key, order_id, Kind.FAULT, duration)


def _decide(ledger: LedgerTransaction, order_id: str, amount: Money, payment_method: str) -> Entry:
    reason = methods.decline_reason(payment_method)
    return ledger.put(
        _authorize_key(order_id),
        order_id,
        Kind.DECLINED if reason else Kind.AUTHORIZED,
        minor=amount.minor,
        currency=amount.currency,
        method=payment_method,
        reason=reason,
    )


def _authorization(entry: Entry) -> Authorization:
    if entry.kind == Kind.AUTHORIZED:
        return Authorized()
    return Refused(reason=str(entry.detail["reason"]))


def _capture(ledger: LedgerTransaction, order_id: str) -> Capture | None:
    """Record the capture and return its result; None if the caller gets no response."""
    if ledger.get(_reverse_key(order_id)):
        return Refused(reason=Reason.ALREADY_UNDONE)
    authorization = ledger.get(_authorize_key(order_id))
    if authorization is None or authorization.kind != Kind.AUTHORIZED:
        return Refused(reason=Reason.NO_AUTHORIZATION)
    method = str(authorization.detail["method"])
    outage = methods.outage(method, methods.CAPTURE_UNAVAILABLE)
    is_unavailable = method in {methods.CAPTURE_UNAVAILABLE, methods.UNDO_UNAVAILABLE}
    if is_unavailable or _is_down(ledger, order_id, "captureOutage", outage):
        return None
    if method == methods.CAPTURE_REFUSED:
        return Refused(reason=Reason.CAPTURE_REFUSED)
    if ledger.get(_capture_key(order_id)) is None:
        ledger.put(_capture_key(order_id), order_id, Kind.CAPTURED, **authorization.detail)
    faults = methods.FAULTS_AFTER_CAPTURING.get(method, 0)
    return None if _add_fault(ledger, order_id, "captureFault", faults) else Captured()


def _reason_to_refuse(ledger: LedgerTransaction, order_id: str, amount: Money) -> Reason | None:
    """Return why a refund is refused, if it is."""
    capture = ledger.get(_capture_key(order_id))
    if capture is None:
        return Reason.NOT_CAPTURED
    if capture.detail["method"] == methods.REFUND_UNAVAILABLE:
        raise PaymentsUnavailableError
    if amount.minor > _refundable(ledger, capture):
        return Reason.EXCEEDS_CAPTURED
    return Reason.REFUND_REFUSED if capture.detail["method"] == methods.REFUND_REFUSED else None


def _reverse(ledger: LedgerTransaction, order_id: str) -> Entry | None:
    """Record the reversal and return its entry; None if it is refused."""
    key = _reverse_key(order_id)
    authorization = ledger.get(_authorize_key(order_id))
    if authorization is None or authorization.kind != Kind.AUTHORIZED:
        return ledger.put(key, order_id, Reversal.NOTHING)
    if authorization.detail["method"] == methods.UNDO_UNAVAILABLE:
        raise PaymentsUnavailableError
    capture = ledger.get(_capture_key(order_id))
    if capture is None:
        return ledger.put(key, order_id, Reversal.VOIDED, **authorization.detail)
    if authorization.detail["method"] == methods.REFUND_REFUSED:
        return None
    remaining = {**authorization.detail, "minor": _refundable(ledger, capture)}
    return ledger.put(key, order_id, Reversal.REFUNDED, **remaining)


def _refundable(ledger: LedgerTransaction, capture: Entry) -> int:
    """Return the minor units that were captured and not refunded."""
    reversal = ledger.get(_reverse_key(capture.order_id))
    refunds = ledger.get_all(_refund_key(capture.order_id)) + ([reversal] if reversal else [])
    return _minor(capture) - sum(map(_minor, refunds))


def _minor(entry: Entry) -> int:
    return int(entry.detail.get("minor") or 0)
