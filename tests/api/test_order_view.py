"""Which status follows from the book and the engine together?"""

import pytest

from api.orders.views import order_status
from orders.domain.outcome import Outcome
from orders.engine.instances import Instance, Phase
from tests.builders import a_record

COMPLETED = Outcome.completed("T1")


@pytest.mark.parametrize(
    ("runs", "outcome", "phase", "status"),
    [
        (0, None, Phase.ABSENT, "placed"),
        (0, None, Phase.PENDING, "placed"),
        (0, None, Phase.RUNNING, "processing"),
        (1, None, Phase.RUNNING, "processing"),
        (1, None, Phase.PENDING, "processing"),
        (1, None, Phase.ABSENT, "processing"),
        (1, None, Phase.OVER, "processing"),
        (1, COMPLETED, Phase.RUNNING, "processing"),
        (1, COMPLETED, Phase.PENDING, "processing"),
        (1, COMPLETED, Phase.OVER, "completed"),
        (1, COMPLETED, Phase.ABSENT, "completed"),
    ],
)
def test_an_end_is_shown_only_when_nothing_will_move(
    runs: int, outcome: Outcome | None, phase: Phase, status: str
) -> None:
    """The book must hold it, and the orchestration must be over or purged."""
    record = a_record(runs=runs, outcome=outcome)

    assert order_status(record, Instance(phase=phase)) == status
