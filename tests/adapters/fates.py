"""Payments to which something happens by itself, in each implementation of the port."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from enum import Enum, auto
from pathlib import Path

from local_host.host.clock import VirtualClock
from orders.adapters.payments.sandbox import methods
from orders.adapters.payments.sandbox.gateway import SandboxPayments
from orders.ports.payments import Payments
from tests.adapters.gateways import stripe_payments
from tests.stripe_server import Stripe, serving


class Fate(Enum):
    """What happens to a payment."""

    NOTHING = auto()
    REFUND_RETURNED = auto()
    LAPSED = auto()
    DISPUTED = auto()
    DISPUTE_WON = auto()
    DISPUTE_LOST = auto()


@dataclass(frozen=True, slots=True, kw_only=True)
class Fates:
    """A payment gateway without payments, at which things happen."""

    payments: Payments
    #: Returns the payment method to use, so that this can happen later.
    method: Callable[[Fate], str]
    #: Lets it happen.
    happen: Callable[[Fate], None]
    #: Returns the IDs of all objects that the gateway's events can name.
    object_ids: Callable[[], list[str]]


_METHODS = {
    Fate.NOTHING: "pm_card_visa",
    Fate.REFUND_RETURNED: methods.REFUND_FAIL,
    Fate.LAPSED: f"{methods.LAPSES}90s",
    Fate.DISPUTED: methods.CREATE_DISPUTE,
    Fate.DISPUTE_WON: methods.DISPUTE_WON,
    Fate.DISPUTE_LOST: methods.DISPUTE_LOST,
}


@contextmanager
def sandbox_fates(folder: Path) -> Iterator[Fates]:
    """Open the sandbox gateway: time alone makes things happen."""
    clock = VirtualClock()
    payments = SandboxPayments(folder / "sandbox.sqlite3", clock)
    yield Fates(
        payments=payments,
        method=_METHODS.__getitem__,
        happen=lambda _: clock.advance(clock.now() + timedelta(minutes=2)),
        object_ids=lambda: [entry.order_id for entry in payments.ledger.entries()],
    )


@contextmanager
def stripe_fates(folder: Path) -> Iterator[Fates]:
    """Open the Stripe adapter with a simulated Stripe."""
    with serving() as stripe:
        yield Fates(
            payments=stripe_payments(stripe, folder),
            method=lambda _: "pm_card_visa",
            happen=lambda fate: _happen(stripe, fate),
            object_ids=lambda: _object_ids(stripe),
        )


def _happen(stripe: Stripe, fate: Fate) -> None:
    match fate:
        case Fate.REFUND_RETURNED:
            stripe.return_refunds()
        case Fate.LAPSED:
            stripe.expire()
        case Fate.DISPUTED:
            stripe.dispute("under_review")
        case Fate.DISPUTE_WON:
            stripe.dispute("won")
        case Fate.DISPUTE_LOST:
            stripe.dispute("lost")
        case Fate.NOTHING:
            return


def _object_ids(stripe: Stripe) -> list[str]:
    charges = [intent["latest_charge"]["id"] for intent in stripe.intents.values()]
    return [*stripe.intents, *charges, *stripe.refunds, *stripe.disputes]
