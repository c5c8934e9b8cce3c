"""The payments port in each of its implementations, with the balance of its gateway."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from orders.adapters.order_store.sqlite.references import SqlitePartnerReferences
from orders.adapters.payments.sandbox.gateway import SandboxPayments
from orders.adapters.payments.sandbox.methods import CAPTURE_REFUSED, REFUND_REFUSED
from orders.adapters.payments.stripe.gateway import StripePayments
from orders.adapters.sandbox_ledger import Entry
from orders.adapters.system_clock import SystemClock
from orders.ports.payments import Payments
from tests.stripe_responses import RefusedError
from tests.stripe_server import API_KEY, Stripe, serving


@dataclass(frozen=True, slots=True, kw_only=True)
class Balance:
    """Minor units over all orders."""

    held: int = 0
    #: Including what was refunded later.
    captured: int = 0
    refunded: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Gateway:
    """A payment gateway behind the port, and its balance."""

    payments: Payments
    balance: Callable[[], Balance]
    #: Makes the bank refuse "capture" or "refund", and returns the payment method to use.
    refuse: Callable[[str], str]
    #: Makes the bank accept everything again.
    accept: Callable[[], None]


def stripe_payments(stripe: Stripe, folder: Path, timeout: float = 5) -> StripePayments:
    """Return the Stripe adapter, connected to the simulated Stripe."""
    references = SqlitePartnerReferences(folder / "orders.sqlite3", "payment_references")
    return StripePayments(API_KEY, references, stripe.url, timeout)


@contextmanager
def sandbox_gateway(folder: Path) -> Iterator[Gateway]:
    """Open the sandbox gateway."""
    payments = SandboxPayments(folder / "sandbox.sqlite3", SystemClock())
    yield Gateway(
        payments=payments,
        balance=lambda: _ledger_balance(payments.ledger.entries()),
        refuse={"capture": CAPTURE_REFUSED, "refund": REFUND_REFUSED}.__getitem__,
        accept=lambda: _accept(payments),
    )


@contextmanager
def stripe_gateway(folder: Path) -> Iterator[Gateway]:
    """Open the Stripe adapter with a simulated Stripe."""
    with serving() as stripe:
        yield Gateway(
            payments=stripe_payments(stripe, folder),
            balance=lambda: stripe_balance(stripe),
            refuse=lambda step: _refuse(stripe, step),
            accept=stripe.refusals.clear,
        )


def stripe_balance(stripe: Stripe) -> Balance:
    """Return the balance of the simulated Stripe."""
    intents = stripe.intents.values()
    captured = [intent for intent in intents if intent["status"] == "succeeded"]
    return Balance(
        held=sum(intent["amount"] for intent in intents if intent["status"] == "requires_capture"),
        captured=sum(intent["amount_received"] for intent in captured),
        refunded=sum(_refunded(intent) for intent in captured),
    )


def _accept(payments: SandboxPayments) -> None:
    with payments.ledger.writing() as ledger:
        ledger._connection.execute(
            "UPDATE payments SET detail = json_set(detail, '$.method', 'pm_card_visa')"
        )


def _refuse(stripe: Stripe, step: str) -> str:
    codes = {"capture": "charge_expired_for_capture", "refund": "charge_disputed"}
    stripe.refusals[step] = RefusedError(400, type="invalid_request_error", code=codes[step])
    return "pm_card_visa"


def _refunded(intent: dict[str, Any]) -> int:
    refunded: int = intent["latest_charge"]["amount_refunded"]
    return refunded


def _ledger_balance(entries: list[Entry]) -> Balance:
    def total(*kinds: str) -> int:
        return sum(int(entry.detail["minor"] or 0) for entry in entries if entry.kind in kinds)

    return Balance(
        held=total("authorized") - total("captured", "voided"),
        captured=total("captured"),
        refunded=total("refunded"),
    )
