"""The state of a payment, and the owners of a gateway's objects: the sandbox and Stripe alike."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from orders.domain.disputes import DisputeStatus
from orders.domain.errors import PaymentsUnavailableError
from orders.domain.money import Money
from orders.domain.provider_records import PartnerObject, PaymentState, RefundProgress
from orders.domain.results import Captured, Refunded, Refused, Reversal
from tests.adapters.fates import Fate, Fates, sandbox_fates, stripe_fates

AMOUNT = Money(4980, "EUR")
PART = Money(1000, "EUR")
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


@pytest.fixture(params=[sandbox_fates, stripe_fates], ids=["sandbox", "Stripe"])
def fates(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Fates]:
    """A gateway without payments."""
    with request.param(tmp_path) as opened:
        yield opened


def capture(fates: Fates, fate: Fate) -> None:
    """Capture the payment of an order."""
    fates.payments.authorize("o", AMOUNT, fates.method(fate))
    assert fates.payments.capture("o") == Captured()


def reverse(fates: Fates) -> Reversal:
    """Reverse the payment, in a second attempt if the first one met a stored response."""
    try:
        return fates.payments.reverse("o")
    except PaymentsUnavailableError:
        return fates.payments.reverse("o")


def test_order_without_a_payment_has_an_empty_state(fates: Fates) -> None:
    """Also one whose card was declined."""
    assert fates.payments.state("o") == PaymentState()

    fates.payments.authorize("o", AMOUNT, "pm_card_chargeDeclined")

    assert fates.payments.state("o") == PaymentState()


def test_state_shows_what_is_held_captured_and_refunded(fates: Fates) -> None:
    """At each step."""
    fates.payments.authorize("o", AMOUNT, fates.method(Fate.NOTHING))
    assert fates.payments.state("o") == PaymentState(held=4980)
    fates.payments.capture("o")
    assert fates.payments.state("o") == PaymentState(captured=4980)
    fates.payments.refund("o", "rfd_1", PART)

    state = fates.payments.state("o")

    assert (state.captured, state.refunded, state.kept) == (4980, 1000, 3980)
    assert state.refunds == {"rfd_1": RefundProgress.PAID}


def test_refund_that_is_sent_back_has_failed(fates: Fates) -> None:
    """Its amount is the shop's again, and the list of payments agrees."""
    capture(fates, Fate.REFUND_RETURNED)
    assert fates.payments.refund("o", "rfd_1", PART) == Refunded()

    fates.happen(Fate.REFUND_RETURNED)

    state = fates.payments.state("o")
    assert (state.refunded, state.refunds["rfd_1"]) == (0, RefundProgress.FAILED)
    assert [item.refunded for item in fates.payments.list_payments(LONG_AGO)] == [0]


def test_refund_that_is_sent_back_is_paid_by_a_retry(fates: Fates) -> None:
    """With the same refund ID, once more and not twice."""
    capture(fates, Fate.REFUND_RETURNED)
    fates.payments.refund("o", "rfd_1", PART)
    fates.happen(Fate.REFUND_RETURNED)

    results = [fates.payments.refund("o", "rfd_1", PART) for _ in range(2)]

    state = fates.payments.state("o")
    assert results == [Refunded()] * 2
    assert (state.refunded, state.refunds["rfd_1"]) == (1000, RefundProgress.PAID)


def test_reversal_that_is_sent_back_is_refunded_by_a_retry(fates: Fates) -> None:
    """The whole amount, once more and not twice."""
    capture(fates, Fate.REFUND_RETURNED)
    assert fates.payments.reverse("o") is Reversal.REFUNDED
    assert fates.payments.state("o").kept == 0
    fates.happen(Fate.REFUND_RETURNED)
    assert fates.payments.state("o").kept == 4980

    assert [reverse(fates) for _ in range(2)] == [Reversal.REFUNDED] * 2
    state = fates.payments.state("o")
    assert (state.refunded, state.kept) == (4980, 0)


def test_lapsed_authorization_is_not_captured(fates: Fates) -> None:
    """The capture is refused, and the reversal has nothing left to void."""
    fates.payments.authorize("o", AMOUNT, fates.method(Fate.LAPSED))
    fates.happen(Fate.LAPSED)

    state = fates.payments.state("o")
    assert (state.held, state.captured, state.is_lapsed) == (0, 0, True)
    assert fates.payments.capture("o") == Refused(reason="captureRefused")
    assert [item.held for item in fates.payments.list_payments(LONG_AGO)] == [0]
    assert fates.payments.reverse("o") is Reversal.VOIDED


def test_authorization_that_is_voided_by_us_has_not_lapsed(fates: Fates) -> None:
    """The order was undone, and that is recorded."""
    fates.payments.authorize("o", AMOUNT, fates.method(Fate.NOTHING))
    fates.payments.reverse("o")

    assert fates.payments.state("o") == PaymentState()


def test_captured_payment_does_not_lapse(fates: Fates) -> None:
    """The authorization was used."""
    capture(fates, Fate.LAPSED)
    fates.happen(Fate.LAPSED)

    assert fates.payments.state("o") == PaymentState(captured=4980)
    assert fates.payments.capture("o") == Captured()


@pytest.mark.parametrize(
    ("fate", "status", "kept"),
    [
        (Fate.DISPUTED, DisputeStatus.OPEN, 4980),
        (Fate.DISPUTE_WON, DisputeStatus.WON, 4980),
        (Fate.DISPUTE_LOST, DisputeStatus.LOST, 0),
    ],
)
def test_dispute_is_a_part_of_the_state(
    fates: Fates, fate: Fate, status: DisputeStatus, kept: int
) -> None:
    """With its amount and its status; the list of payments says that there is one."""
    capture(fates, fate)
    assert fates.payments.state("o").disputes == ()
    fates.happen(fate)

    state = fates.payments.state("o")

    assert [(item.status, item.amount) for item in state.disputes] == [(status, AMOUNT)]
    assert state.kept == kept
    assert [item.is_disputed for item in fates.payments.list_payments(LONG_AGO)] == [True]


def test_every_object_leads_to_its_order(fates: Fates) -> None:
    """Whatever an event names."""
    capture(fates, Fate.DISPUTED)
    fates.payments.refund("o", "rfd_1", PART)
    fates.happen(Fate.DISPUTED)
    object_ids = fates.object_ids()

    owners = [fates.payments.find_object(object_id) for object_id in object_ids]

    assert object_ids
    assert owners == [PartnerObject(order_id="o")] * len(object_ids)


@pytest.mark.parametrize("object_id", ["pi_unknown", "ch_unknown", "re_unknown", "dp_unknown"])
def test_unknown_object_has_no_owner(fates: Fates, object_id: str) -> None:
    """An order may become known later."""
    assert fates.payments.find_object(object_id) is None
