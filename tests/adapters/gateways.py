"""Two payment gateways that a test can look into: what they hold, took and paid back."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from orders.adapters.order_store.sqlite.references import SqlitePartnerReferences
from orders.adapters.payments.sandbox.gateway import SandboxPayments
from orders.adapters.payments.sandbox.methods import CAPTURE_REFUSED, REFUND_REFUSED
from orders.adapters.payments.stripe.gateway import StripePayments
from orders.adapters.payments.stripe.intents import StripeIntents
from orders.adapters.sandbox_ledger import Entry
from orders.adapters.system_clock import SystemClock
from orders.ports.payments import Payments
from tests.stripe_server import API_KEY, Refused, Stripe, serving


@dataclass(frozen=True, slots=True)
class Balance:
    """Minor units over all orders."""

    held: int = 0
    taken: int = 0
    returned: int = 0


@dataclass(frozen=True, slots=True)
class Gateway:
    """A gateway behind the port, and what it says of its money."""

    payments: Payments
    balance: Callable[[], Balance]
    #: Let the bank refuse "capture" or "refund"; the answer is the payment method for that.
    refuse: Callable[[str], str]
    #: Let the bank refuse nothing any more.
    relent: Callable[[], None]


def stripe_payments(stripe: Stripe, folder: Path, timeout: float = 5) -> StripePayments:
    """The adapter, asking the local Stripe."""
    references = SqlitePartnerReferences(folder / "orders.sqlite3", "payment_references")
    return StripePayments(StripeIntents(API_KEY, stripe.url, timeout), references)


@contextmanager
def sandbox_gateway(folder: Path) -> Iterator[Gateway]:
    """The sandbox and its ledger."""
    payments = SandboxPayments(folder / "sandbox.sqlite3", SystemClock())
    yield Gateway(
        payments,
        balance=lambda: _of_ledger(payments.ledger.entries()),
        refuse={"capture": CAPTURE_REFUSED, "refund": REFUND_REFUSED}.__getitem__,
        relent=lambda: _relent(payments),
    )


@contextmanager
def stripe_gateway(folder: Path) -> Iterator[Gateway]:
    """Stripe's adapter and a local Stripe."""
    with serving() as stripe:
        yield Gateway(
            stripe_payments(stripe, folder),
            balance=lambda: of_stripe(stripe),
            refuse=lambda step: _refuse(stripe, step),
            relent=stripe.refusals.clear,
        )


def of_stripe(stripe: Stripe) -> Balance:
    """What the local Stripe holds, took and paid back."""
    intents = stripe.intents.values()
    taken = [intent for intent in intents if intent["status"] == "succeeded"]
    return Balance(
        held=sum(intent["amount"] for intent in intents if intent["status"] == "requires_capture"),
        taken=sum(intent["amount_received"] for intent in taken),
        returned=sum(_refunded(intent) for intent in taken),
    )


def _relent(payments: SandboxPayments) -> None:
    with payments.ledger.writing() as page:
        page._connection.execute(
            "UPDATE payments SET detail = json_set(detail, '$.method', 'pm_card_visa')"
        )


def _refuse(stripe: Stripe, step: str) -> str:
    codes = {"capture": "charge_expired_for_capture", "refund": "charge_disputed"}
    stripe.refusals[step] = Refused(400, type="invalid_request_error", code=codes[step])
    return "pm_card_visa"


def _refunded(intent: dict[str, Any]) -> int:
    refunded: int = intent["latest_charge"]["amount_refunded"]
    return refunded


def _of_ledger(entries: list[Entry]) -> Balance:
    def total(*kinds: str) -> int:
        return sum(int(entry.detail["minor"] or 0) for entry in entries if entry.kind in kinds)

    return Balance(
        held=total("authorized") - total("captured", "voided"),
        taken=total("captured"),
        returned=total("refunded"),
    )
