"""A payment gateway that exists only here, with a ledger of its own.

Each effect has one row, under the order's key for it; a repeated call is answered from that row.
Giving back always writes a row, even where there was nothing to give: an authorization or a capture
that comes late finds it, does nothing and answers "reversed_". Only a refusal writes none. The
magic payment methods stand in `methods`.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import datetime
from enum import StrEnum
from pathlib import Path

from orders.adapters.payments.sandbox import methods
from orders.adapters.sandbox_ledger import Entry, Ledger, Page
from orders.domain.errors import PaymentsUnavailableError
from orders.domain.money import Money
from orders.domain.outcome import Reason
from orders.domain.provider_records import PaymentRecord
from orders.domain.results import Authorization, Capture, RefundResult, Reversal
from orders.ports.clock import Clock


class Kind(StrEnum):
    """What a row of the ledger says; those of giving back carry the `Withdrawal`."""

    #: The amount is held.
    AUTHORIZED = "authorized"
    #: The bank said no.
    DECLINED = "declined"
    #: The held amount was taken.
    CAPTURED = "captured"
    #: The gateway was made to fail here.
    FAULT = "fault"


class SandboxPayments:
    """A payment gateway that approves, declines and fails on demand."""

    def __init__(self, path: Path, clock: Clock) -> None:
        self.ledger = Ledger(path, "payments", clock, PaymentsUnavailableError)

    def authorize(self, order_id: str, amount: Money, payment_method: str) -> Authorization:
        """Hold the amount. A decline is an answer."""
        self._fail_before_authorizing(order_id, payment_method)
        with self.ledger.writing() as page:
            if page.get(_reversal_key(order_id)):
                return Authorization(approved=False, reason=Reason.ALREADY_UNDONE)
            known = page.get(_authorize(order_id))
            entry = known or _decide(page, order_id, amount, payment_method)
        if known is None and payment_method == methods.TIMEOUT_AFTER_EFFECT:
            raise PaymentsUnavailableError("the gateway's answer was lost")
        return _authorization(entry)

    def capture(self, order_id: str) -> Capture:
        """Take the held amount. A refusal is an answer."""
        with self.ledger.writing() as page:
            if page.get(_reversal_key(order_id)):
                return Capture(captured=False, reason=Reason.ALREADY_UNDONE)
            hold = page.get(_authorize(order_id))
            if hold is None or hold.kind != Kind.AUTHORIZED:
                return Capture(captured=False, reason=Reason.NO_AUTHORIZATION)
            method = str(hold.detail["method"])
            if method in {methods.CAPTURE_UNAVAILABLE, methods.UNDO_UNAVAILABLE}:
                raise PaymentsUnavailableError
            if method == methods.CAPTURE_REFUSED:
                return Capture(captured=False, reason=Reason.CAPTURE_REFUSED)
            if page.get(_capture(order_id)) is None:
                page.put(_capture(order_id), order_id, Kind.CAPTURED, **hold.detail)
            times = methods.ANSWERS_LOST_AFTER_TAKING.get(method, 0)
            needs_recovery = _is_fault_due(page, order_id, "answerLost", times)
        if needs_recovery:
            raise PaymentsUnavailableError("the gateway's answer was lost")
        return Capture(captured=True)

    def refund(self, order_id: str, refund_id: str, amount: Money) -> RefundResult:
        """Pay back some of what was taken, once per refund id."""
        key = f"{_refund(order_id)}:{refund_id}"
        with self.ledger.writing() as page:
            if page.get(key):
                return RefundResult(refunded=True)
            reason = _reason_against(page, order_id, amount)
            if reason is None:
                paid = Reversal.REFUNDED
                page.put(key, order_id, paid, minor=amount.minor, currency=amount.currency)
        return RefundResult(refunded=reason is None, reason=reason)

    def reverse(self, order_id: str) -> Reversal:
        """Give back what is held or taken still; nothing more is held or taken for this order."""
        with self.ledger.writing() as page:
            entry = page.get(_reversal_key(order_id)) or _give_back(page, order_id)
        return Reversal(entry.kind) if entry else Reversal.REFUSED

    def list_payments(self, since: datetime) -> Iterator[PaymentRecord]:
        """The payments of the ledger, one an order."""
        sums: defaultdict[str, Counter[str]] = defaultdict(Counter)
        for entry in self.ledger.entries(since):
            sums[entry.order_id][entry.kind] += _minor(entry)
        for order_id, minor in sums.items():
            if not minor.keys() & {Kind.AUTHORIZED, Kind.DECLINED}:
                continue  # it was begun before
            gone = minor[Kind.CAPTURED] + minor[Reversal.VOIDED]
            yield PaymentRecord(
                order_id=order_id,
                held=max(0, minor[Kind.AUTHORIZED] - gone),
                captured=minor[Kind.CAPTURED],
                refunded=minor[Reversal.REFUNDED],
            )

    def _fail_before_authorizing(self, order_id: str, payment_method: str) -> None:
        if payment_method == methods.UNAVAILABLE:
            raise PaymentsUnavailableError
        with self.ledger.writing() as page:
            times = methods.FAULTS_BEFORE_HOLDING.get(payment_method, 0)
            is_due = _is_fault_due(page, order_id, "fault", times)
        if is_due:
            raise PaymentsUnavailableError("the gateway hiccuped")


def _authorize(order_id: str) -> str:
    return f"{order_id}:authorize"


def _capture(order_id: str) -> str:
    return f"{order_id}:capture"


def _refund(order_id: str) -> str:
    return f"{order_id}:refund"


def _reversal_key(order_id: str) -> str:
    return f"{order_id}:reverse"


def _is_fault_due(page: Page, order_id: str, name: str, times: int) -> bool:
    keys = [f"{order_id}:{name}:{n}" for n in range(times)]
    due = next((key for key in keys if page.get(key) is None), None)
    if due is not None:
        page.put(due, order_id, Kind.FAULT)
    return due is not None


def _decide(page: Page, order_id: str, amount: Money, payment_method: str) -> Entry:
    reason = methods.decline_reason(payment_method)
    return page.put(
        _authorize(order_id),
        order_id,
        Kind.DECLINED if reason else Kind.AUTHORIZED,
        minor=amount.minor,
        currency=amount.currency,
        method=payment_method,
        reason=reason,
    )


def _authorization(entry: Entry) -> Authorization:
    if entry.kind == Kind.AUTHORIZED:
        return Authorization(approved=True)
    return Authorization(approved=False, reason=str(entry.detail["reason"]))


def _reason_against(page: Page, order_id: str, amount: Money) -> Reason | None:
    taken = page.get(_capture(order_id))
    if taken is None:
        return Reason.NOT_CAPTURED
    if taken.detail["method"] == methods.REFUND_UNAVAILABLE:
        raise PaymentsUnavailableError
    if amount.minor > _left(page, taken):
        return Reason.EXCEEDS_CAPTURED
    return Reason.REFUND_REFUSED if taken.detail["method"] == methods.REFUND_REFUSED else None


def _give_back(page: Page, order_id: str) -> Entry | None:
    """The row of giving back, or none where it is refused."""
    hold, taken = page.get(_authorize(order_id)), page.get(_capture(order_id))
    if hold is None or hold.kind != Kind.AUTHORIZED:
        return page.put(_reversal_key(order_id), order_id, Reversal.NOTHING)
    if hold.detail["method"] == methods.UNDO_UNAVAILABLE:
        raise PaymentsUnavailableError
    if taken is None:
        return page.put(_reversal_key(order_id), order_id, Reversal.VOIDED, **hold.detail)
    if hold.detail["method"] == methods.REFUND_REFUSED:
        return None
    rest = {**hold.detail, "minor": _left(page, taken)}
    return page.put(_reversal_key(order_id), order_id, Reversal.REFUNDED, **rest)


def _left(page: Page, taken: Entry) -> int:
    """Minor units that were taken and not paid back yet."""
    reversal = page.get(_reversal_key(taken.order_id))
    refunds = [*page.below(_refund(taken.order_id)), *([reversal] if reversal else [])]
    return _minor(taken) - sum(map(_minor, refunds))


def _minor(entry: Entry) -> int:
    return int(entry.detail.get("minor") or 0)
