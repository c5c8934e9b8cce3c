"""A payment gateway that exists only here, with a ledger of its own.

Each effect has one row, under the order's key for it; a repeated call is answered from that row.
Giving back always writes a row, even where there was nothing to give: an authorization or a capture
that comes late finds it, does nothing and answers "withdrawn". The magic payment methods stand in
`sandbox_methods`.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import datetime
from enum import StrEnum
from pathlib import Path

from adapters import sandbox_methods as methods
from adapters.sandbox_ledger import Entry, Ledger, Page
from domain.answers import Authorization, Capture, Withdrawal
from domain.errors import PaymentsUnavailable
from domain.facts import PaymentFact
from domain.money import Money
from domain.outcome import Reason
from ports.clock import Clock


class Kind(StrEnum):
    """What a row of the ledger says; a withdrawal's row carries the `Withdrawal`."""

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
        self.ledger = Ledger(path, "payments", clock, PaymentsUnavailable)

    def authorize(self, order_id: str, amount: Money, payment_method: str) -> Authorization:
        """Hold the amount. A decline is an answer."""
        self._fail_before_authorizing(order_id, payment_method)
        with self.ledger.writing() as page:
            if page.get(_withdraw(order_id)):
                return Authorization(approved=False, reason=Reason.WITHDRAWN)
            known = page.get(_authorize(order_id))
            entry = known or _decide(page, order_id, amount, payment_method)
        if known is None and payment_method == methods.TIMEOUT_AFTER_EFFECT:
            raise PaymentsUnavailable("the gateway's answer was lost")
        return _authorization(entry)

    def capture(self, order_id: str) -> Capture:
        """Take the held amount."""
        with self.ledger.writing() as page:
            if page.get(_withdraw(order_id)):
                return Capture(captured=False, reason=Reason.WITHDRAWN)
            hold = page.get(_authorize(order_id))
            if hold is None or hold.kind != Kind.AUTHORIZED:
                return Capture(captured=False, reason=Reason.NO_HOLD)
            if hold.detail["method"] in {methods.CAPTURE_UNAVAILABLE, methods.UNDO_UNAVAILABLE}:
                raise PaymentsUnavailable
            if page.get(_capture(order_id)) is None:
                page.put(_capture(order_id), order_id, Kind.CAPTURED, **hold.detail)
        return Capture(captured=True)

    def withdraw(self, order_id: str) -> Withdrawal:
        """Give back what was held or taken; nothing more is held or taken for this order."""
        with self.ledger.writing() as page:
            entry = page.get(_withdraw(order_id)) or _give_back(page, order_id)
        return Withdrawal(entry.kind)

    def payments(self, since: datetime) -> Iterator[PaymentFact]:
        """The payments of the ledger, one an order."""
        sums: defaultdict[str, Counter[str]] = defaultdict(Counter)
        for entry in self.ledger.entries(since):
            sums[entry.order_id][entry.kind] += int(entry.detail.get("minor") or 0)
        for order_id, minor in sums.items():
            gone = minor[Kind.CAPTURED] + minor[Withdrawal.VOIDED]
            yield PaymentFact(
                order_id=order_id,
                held=max(0, minor[Kind.AUTHORIZED] - gone),
                captured=minor[Kind.CAPTURED],
                refunded=minor[Withdrawal.REFUNDED],
            )

    def _fail_before_authorizing(self, order_id: str, payment_method: str) -> None:
        if payment_method == methods.UNAVAILABLE:
            raise PaymentsUnavailable
        if payment_method != methods.FLAKY:
            return
        with self.ledger.writing() as page:
            keys = [f"{order_id}:fault:{n}" for n in range(methods.FLAKY_FAULTS)]
            due = next((key for key in keys if page.get(key) is None), None)
            if due is not None:
                page.put(due, order_id, Kind.FAULT)
        if due is not None:
            raise PaymentsUnavailable("the gateway hiccuped")


def _authorize(order_id: str) -> str:
    return f"{order_id}:authorize"


def _capture(order_id: str) -> str:
    return f"{order_id}:capture"


def _withdraw(order_id: str) -> str:
    return f"{order_id}:withdraw"


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


def _give_back(page: Page, order_id: str) -> Entry:
    hold = page.get(_authorize(order_id))
    if hold is None or hold.kind != Kind.AUTHORIZED:
        return page.put(_withdraw(order_id), order_id, Withdrawal.NOTHING)
    if hold.detail["method"] == methods.UNDO_UNAVAILABLE:
        raise PaymentsUnavailable
    taken = page.get(_capture(order_id))
    kind = Withdrawal.REFUNDED if taken else Withdrawal.VOIDED
    return page.put(_withdraw(order_id), order_id, kind, **hold.detail)
