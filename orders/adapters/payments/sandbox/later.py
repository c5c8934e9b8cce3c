"""What happens to a payment of the sandbox by itself, some time after a call.

The time is in the ledger's entry from the start. What an entry means depends on the time of the
look at it.
"""

import hashlib
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final

from orders.adapters.payments.sandbox import methods
from orders.adapters.sandbox_ledger import Detail, Entry
from orders.domain.disputes import Dispute, DisputeStatus
from orders.domain.money import Money

_SENT_BACK_AFTER: Final = timedelta(seconds=5)
_DISPUTED_AFTER: Final = timedelta(seconds=5)
_DECIDED_AFTER: Final = timedelta(seconds=20)

_DECISIONS: Final = {
    methods.CREATE_DISPUTE: DisputeStatus.OPEN,
    methods.DISPUTE_WON: DisputeStatus.WON,
    methods.DISPUTE_LOST: DisputeStatus.LOST,
}


def authorization_detail(payment_method: str, now: datetime) -> dict[str, Detail]:
    """Return when the authorization lapses, if it does."""
    duration = methods.outage(payment_method, methods.LAPSES)
    return {"lapses_at": (now + duration).isoformat()} if duration else {}


def capture_detail(payment_method: str, now: datetime) -> dict[str, Detail]:
    """Return when the captured amount is disputed, if it is."""
    is_disputed = payment_method in _DECISIONS
    return {"captured_at": now.isoformat()} if is_disputed else {}


def refund_detail(payment_method: str, now: datetime, *, is_first: bool) -> dict[str, Detail]:
    """Return when the bank sends the refund back, if it does."""
    is_sent_back = payment_method == methods.REFUND_FAIL and is_first
    return {"sent_back_at": (now + _SENT_BACK_AFTER).isoformat()} if is_sent_back else {}


def has_lapsed(authorization: Entry, now: datetime) -> bool:
    """Whether the authorization can no longer be captured."""
    return _is_past(authorization, "lapses_at", now)


def is_sent_back(refund: Entry, now: datetime) -> bool:
    """Whether the bank has sent the refund back."""
    return _is_past(refund, "sent_back_at", now)


def disputes_of(entries: Iterable[Entry], now: datetime) -> tuple[Dispute, ...]:
    """Return the disputes about the captures among these entries."""
    captures = (entry for entry in entries if entry.detail.get("captured_at"))
    disputes = (_dispute(capture, now) for capture in captures)
    return tuple(dispute for dispute in disputes if dispute.opened_at <= now)


def _dispute(capture: Entry, now: datetime) -> Dispute:
    captured_at = datetime.fromisoformat(str(capture.detail["captured_at"]))
    is_decided = now >= captured_at + _DECIDED_AFTER
    decision = _DECISIONS[str(capture.detail["method"])]
    # The order ID gives access to the order: hence the hash.
    number = hashlib.sha256(capture.order_id.encode()).hexdigest()[:15]
    return Dispute(
        dispute_id=f"dp_sandbox{number}",
        amount=Money(int(capture.detail["minor"] or 0), str(capture.detail["currency"])),
        status=decision if is_decided else DisputeStatus.OPEN,
        opened_at=captured_at + _DISPUTED_AFTER,
    )


def _is_past(entry: Entry, name: str, now: datetime) -> bool:
    time = entry.detail.get(name)
    return time is not None and datetime.fromisoformat(str(time)) <= now
