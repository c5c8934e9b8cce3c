"""Sandbox payment gateway with a ledger of its own.

Each effect has one entry under its idempotency key, and a repeated call is answered from that
entry. Reversing always leaves an entry, even without a payment: a late authorization or capture
finds it, does nothing and answers `alreadyUndone`. A refusal leaves no entry. The payment method
selects the behavior: see `methods`.
"""

from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

from orders.adapters.payments.sandbox import later, methods
from orders.adapters.payments.sandbox.entries import (
    Kind,
    authorize_key,
    capture_key,
    payment_state,
    refund_key,
    reverse_key,
)
from orders.adapters.sandbox_ledger import Detail, Entry, Ledger, LedgerTransaction
from orders.domain.disputes import DisputeStatus
from orders.domain.errors import PaymentsUnavailableError
from orders.domain.money import Money
from orders.domain.order import PaymentLimits
from orders.domain.outcome import Reason
from orders.domain.provider_records import (
    PartnerObject,
    PaymentRecord,
    PaymentState,
)
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


class SandboxPayments:
    """A payment gateway that approves, declines and fails on demand."""

    def __init__(self, path: Path, clock: Clock) -> None:
        self.ledger = Ledger(path, "payments", clock, PaymentsUnavailableError)
        self._clock = clock

    def limits(self, currency: str) -> PaymentLimits:  # noqa: ARG002 - the same for all currencies
        """Return which amounts the sandbox takes: all but zero."""
        return PaymentLimits()

    def authorize(self, order_id: str, amount: Money, payment_method: str) -> Authorization:
        """Authorize the amount. A decline is returned, not raised."""
        self._fail_before_authorizing(order_id, payment_method)
        with self.ledger.writing() as ledger:
            if ledger.get(reverse_key(order_id)):
                return Refused(reason=Reason.ALREADY_UNDONE)
            existing = ledger.get(authorize_key(order_id))
            entry = existing or self._decide(ledger, order_id, amount, payment_method)
        if existing is None and payment_method == methods.TIMEOUT_AFTER_EFFECT:
            raise PaymentsUnavailableError("the gateway's response was lost")
        return _authorization(entry)

    def capture(self, order_id: str) -> Capture:
        """Capture the authorized amount. A refusal is returned, not raised."""
        with self.ledger.writing() as ledger:
            result = _capture(ledger, order_id, self._clock.now())
        if result is None:
            raise PaymentsUnavailableError
        return result

    def refund(self, order_id: str, refund_id: str, amount: Money) -> RefundResult:
        """Refund a part of the captured amount, once per refund ID."""
        key, now = f"{refund_key(order_id)}:{refund_id}", self._clock.now()
        with self.ledger.writing() as ledger:
            attempts = _attempts(ledger, key)
            if not all(later.is_sent_back(attempt, now) for attempt in attempts):
                return Refunded()
            capture = ledger.get(capture_key(order_id))
            if capture is None:
                return Refused(reason=Reason.NOT_CAPTURED)
            reason = _reason_to_refuse(ledger, capture, amount, now)
            if reason is not None:
                return Refused(reason=reason)
            detail: dict[str, Detail] = {"minor": amount.minor, "currency": amount.currency}
            _pay_back(ledger, capture, key, detail, now)
        return Refunded()

    def reverse(self, order_id: str) -> Reversal:
        """Void or refund the payment and leave a tombstone."""
        now = self._clock.now()
        with self.ledger.writing() as ledger:
            attempts = _attempts(ledger, reverse_key(order_id))
            if attempts and not later.is_sent_back(attempts[-1], now):
                return Reversal(attempts[-1].kind)
            entry = _reverse(ledger, order_id, now)
        return Reversal(entry.kind) if entry else Reversal.REFUSED

    def state(self, order_id: str) -> PaymentState:
        """Return the order's payment as it is now."""
        with self.ledger.writing() as ledger:
            entries = ledger.get_all(order_id)
        return payment_state(order_id, entries, self._clock.now())

    def find_object(self, object_id: str) -> PartnerObject | None:
        """Return the owner of an object. The sandbox's events name order IDs."""
        with self.ledger.writing() as ledger:
            is_known = bool(ledger.get_all(object_id))
        return PartnerObject(order_id=object_id) if is_known else None

    def is_available(self) -> bool:
        """Whether the sandbox answers: always. Magic values make single orders fail."""
        return True

    def list_payments(self, since: datetime) -> Iterator[PaymentRecord]:
        """Return the payments in the ledger, one for each order."""
        now = self._clock.now()
        groups: defaultdict[str, list[Entry]] = defaultdict(list)
        for entry in self.ledger.entries(since):
            groups[entry.order_id].append(entry)
        for order_id, entries in groups.items():
            if not {entry.kind for entry in entries} & {Kind.AUTHORIZED, Kind.DECLINED}:
                continue  # the payment was begun before
            state = payment_state(order_id, entries, now)
            yield PaymentRecord(
                order_id=order_id,
                held=state.held,
                captured=state.captured,
                refunded=state.refunded,
                is_disputed=bool(state.disputes),
            )

    def _decide(
        self, ledger: LedgerTransaction, order_id: str, amount: Money, payment_method: str
    ) -> Entry:
        reason = methods.decline_reason(payment_method)
        return ledger.put(
            authorize_key(order_id),
            order_id,
            Kind.DECLINED if reason else Kind.AUTHORIZED,
            minor=amount.minor,
            currency=amount.currency,
            method=payment_method,
            reason=reason,
            **later.authorization_detail(payment_method, self._clock.now()),
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


def _authorization(entry: Entry) -> Authorization:
    if entry.kind == Kind.AUTHORIZED:
        return Authorized()
    return Refused(reason=str(entry.detail["reason"]))


def _capture(ledger: LedgerTransaction, order_id: str, now: datetime) -> Capture | None:
    """Record the capture and return its result; None if the caller gets no response."""
    if ledger.get(reverse_key(order_id)):
        return Refused(reason=Reason.ALREADY_UNDONE)
    authorization = ledger.get(authorize_key(order_id))
    if authorization is None or authorization.kind != Kind.AUTHORIZED:
        return Refused(reason=Reason.NO_AUTHORIZATION)
    method = str(authorization.detail["method"])
    outage = methods.outage(method, methods.CAPTURE_UNAVAILABLE)
    is_unavailable = method in {methods.CAPTURE_UNAVAILABLE, methods.UNDO_UNAVAILABLE}
    if is_unavailable or _is_down(ledger, order_id, "captureOutage", outage):
        return None
    if ledger.get(capture_key(order_id)) is None:
        if method == methods.CAPTURE_REFUSED or later.has_lapsed(authorization, now):
            return Refused(reason=Reason.CAPTURE_REFUSED)
        detail = authorization.detail | later.capture_detail(method, now)
        ledger.put(capture_key(order_id), order_id, Kind.CAPTURED, **detail)
    faults = methods.FAULTS_AFTER_CAPTURING.get(method, 0)
    return None if _add_fault(ledger, order_id, "captureFault", faults) else Captured()


def _reason_to_refuse(
    ledger: LedgerTransaction, capture: Entry, amount: Money, now: datetime
) -> Reason | None:
    """Return why a refund is refused, if it is."""
    if capture.detail["method"] == methods.REFUND_UNAVAILABLE:
        raise PaymentsUnavailableError
    if amount.minor > _refundable(ledger, capture, now):
        return Reason.EXCEEDS_CAPTURED
    return Reason.REFUND_REFUSED if _refuses_refunds(capture, now) else None


def _refuses_refunds(capture: Entry, now: datetime) -> bool:
    """Whether the bank refuses every refund at the moment."""
    disputes = later.disputes_of([capture], now)
    is_disputed = any(dispute.status is DisputeStatus.OPEN for dispute in disputes)
    return is_disputed or capture.detail["method"] == methods.REFUND_REFUSED


def _attempts(ledger: LedgerTransaction, key: str) -> list[Entry]:
    """Return the attempts to pay a refund or a reversal, oldest first."""
    first = ledger.get(key)
    return [first, *ledger.get_all(key)] if first else []


def _pay_back(
    ledger: LedgerTransaction, capture: Entry, key: str, detail: dict[str, Detail], now: datetime
) -> Entry:
    """Record that an amount is refunded, once more if the bank has sent it back."""
    number = len(_attempts(ledger, key)) + 1
    method = str(capture.detail["method"])
    more = later.refund_detail(method, now, is_first=number == 1)
    # The numbers sort as the attempts do.
    attempt_key = key if number == 1 else f"{key}:{number:03}"
    return ledger.put(attempt_key, capture.order_id, Reversal.REFUNDED, **detail, **more)


def _reverse(ledger: LedgerTransaction, order_id: str, now: datetime) -> Entry | None:
    """Record the reversal and return its entry; None if it is refused."""
    key = reverse_key(order_id)
    authorization = ledger.get(authorize_key(order_id))
    if authorization is None or authorization.kind != Kind.AUTHORIZED:
        return ledger.put(key, order_id, Reversal.NOTHING)
    if authorization.detail["method"] == methods.UNDO_UNAVAILABLE:
        raise PaymentsUnavailableError
    capture = ledger.get(capture_key(order_id))
    if capture is None:
        return ledger.put(key, order_id, Reversal.VOIDED, **authorization.detail)
    if _refuses_refunds(capture, now):
        return None
    remaining = {**authorization.detail, "minor": _refundable(ledger, capture, now)}
    return _pay_back(ledger, capture, key, remaining, now)


def _refundable(ledger: LedgerTransaction, capture: Entry, now: datetime) -> int:
    """Return the minor units that were captured and not refunded."""
    state = payment_state(capture.order_id, ledger.get_all(capture.order_id), now)
    return state.captured - state.refunded
