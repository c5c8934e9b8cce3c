"""What may still be written about an order?"""

from orders.domain.outcome import Opening, Outcome
from orders.domain.results import ValidationResult
from tests.builders import a_record

COMPLETED = Outcome.completed("T1")
REJECTED = Outcome.rejected("unavailable")
DECLINED = Outcome.rejected("cardDeclined")


def test_a_first_run_has_nothing_to_know() -> None:
    """Nobody did anything before it."""
    assert a_record().opening() == Opening()


def test_a_later_run_knows_what_is_written() -> None:
    """It may be that any step was done, and that undoing had begun."""
    record = a_record(runs=1, undoing=REJECTED)

    assert record.opening() == Opening(undoing=REJECTED, resumed=True)


def test_the_first_validation_stands() -> None:
    """Rules that changed since do not refuse what was accepted."""
    accepted, refused = (
        ValidationResult(accepted=True),
        ValidationResult(accepted=False, reason="discontinued"),
    )

    assert a_record().judged(refused) is refused
    assert a_record(validation=accepted).judged(refused) is accepted


def test_the_first_reason_for_undoing_stands() -> None:
    """A later one changes nothing."""
    assert a_record(undoing=REJECTED).turned_to(DECLINED) is REJECTED


def test_an_order_that_has_ended_is_not_turned_round() -> None:
    """Whoever wants to undo it is told its end."""
    assert a_record(outcome=COMPLETED).turned_to(REJECTED) is COMPLETED


def test_the_first_end_stands() -> None:
    """A later one changes nothing."""
    assert a_record(outcome=COMPLETED).ended_as(REJECTED) is COMPLETED


def test_an_order_that_is_being_undone_is_not_completed_any_more() -> None:
    """A completion that comes late, from a run that was believed lost, is not written."""
    assert a_record(undoing=REJECTED).ended_as(COMPLETED) is REJECTED


def test_an_order_that_is_being_undone_may_need_a_person() -> None:
    """The undo decides how it ends."""
    broken = Outcome.needs_attention("unavailable", ("voidPayment",))

    assert a_record(undoing=REJECTED).ended_as(broken) is broken
