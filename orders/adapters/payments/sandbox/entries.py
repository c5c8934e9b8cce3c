"""Entries of the sandbox gateway's ledger: their kinds, their keys, and what they add up to."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum

from orders.adapters.payments.sandbox import later
from orders.adapters.sandbox_ledger import Entry
from orders.domain.provider_records import PaymentState, RefundProgress
from orders.domain.results import Reversal


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


def authorize_key(order_id: str) -> str:
    """Return the key of an authorization."""
    return f"{order_id}:authorize"


def capture_key(order_id: str) -> str:
    """Return the key of a capture."""
    return f"{order_id}:capture"


def refund_key(order_id: str) -> str:
    """Return the key of all refunds of a payment."""
    return f"{order_id}:refund"


def reverse_key(order_id: str) -> str:
    """Return the key of a reversal."""
    return f"{order_id}:reverse"


def payment_state(order_id: str, entries: Sequence[Entry], now: datetime) -> PaymentState:
    """Return the state of a payment with these entries."""
    sums: Counter[str] = Counter()
    refunds: dict[str, RefundProgress] = {}
    has_lapsed = False
    for entry in entries:
        lapsed, sent_back = later.has_lapsed(entry, now), later.is_sent_back(entry, now)
        has_lapsed |= lapsed and entry.kind == Kind.AUTHORIZED
        if not sent_back:
            sums[entry.kind] += minor_of(entry)
        if entry.key.startswith(f"{refund_key(order_id)}:"):
            refund_id = entry.key.split(":")[2]
            progress = RefundProgress.FAILED if sent_back else RefundProgress.PAID
            refunds[refund_id] = progress
    closed = sums[Kind.CAPTURED] + sums[Reversal.VOIDED]
    return PaymentState(
        held=0 if has_lapsed else max(0, sums[Kind.AUTHORIZED] - closed),
        captured=sums[Kind.CAPTURED],
        refunded=sums[Reversal.REFUNDED],
        is_lapsed=has_lapsed and not closed,
        refunds=refunds,
        disputes=later.disputes_of(entries, now),
    )


def minor_of(entry: Entry) -> int:
    """Return the minor units of an effect."""
    return int(entry.detail.get("minor") or 0)
