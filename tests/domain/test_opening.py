"""Opening: what the record says to an orchestration, and what comes next."""

import pytest

from orders.domain.attention import ResolutionAction
from orders.domain.outcome import Next, Opening, Outcome, Reason
from tests.builders import ACCEPTED, a_record, a_resolution

COMPLETED = Outcome.completed("T1")
REJECTED = Outcome.rejected("unavailable")


@pytest.mark.parametrize(
    ("opening", "next_", "goal"),
    [
        (Opening(), Next.FULFILL, Outcome.canceled()),
        (Opening(resumed=True), Next.FULFILL, Outcome.canceled()),
        (Opening(dispatched=True), Next.FINISH, Outcome.canceled()),
        (Opening(cancel_reason=Reason.CANCELED), Next.UNDO, Outcome.canceled()),
        (Opening(undoing=REJECTED), Next.UNDO, REJECTED),
        (Opening(undoing=REJECTED, cancel_reason=Reason.CANCELED), Next.UNDO, REJECTED),
        (Opening(undoing=REJECTED, outcome=COMPLETED), Next.ENDED, COMPLETED),
    ],
    ids=["new", "resumed", "dispatched", "canceled", "undoing", "undoing and canceled", "ended"],
)
def test_opening_decides_what_comes_next(opening: Opening, next_: Next, goal: Outcome) -> None:
    """An outcome decides, then an undo that has begun, a cancellation, the dispatch."""
    assert (opening.next, opening.goal) == (next_, goal)


def test_opening_of_first_orchestration_is_empty() -> None:
    """Nothing has happened before it."""
    assert a_record().opening == Opening()


def test_opening_of_later_orchestration_states_what_is_recorded() -> None:
    """Any step may have been done, and undoing may have begun."""
    record = a_record(
        runs=1,
        undoing=REJECTED,
        validation=ACCEPTED,
        resolutions=(
            a_resolution(ResolutionAction.SKIP, "shipOrder"),
            a_resolution(ResolutionAction.SETTLED_ELSEWHERE, "capturePayment"),
            a_resolution(ResolutionAction.SKIP, "refundPayment", refunds=("rfd_1",)),
        ),
    )

    assert record.opening == Opening(
        undoing=REJECTED,
        resumed=True,
        run=2,
        stock_lines=ACCEPTED.stock_lines,
        resolved_steps=("shipOrder", "capturePayment"),
        skipped_steps=("shipOrder",),
    )
    assert record.steps_settled_elsewhere == ("capturePayment",)
