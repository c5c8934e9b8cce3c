"""Progress texts of the steps."""

import pytest

from orders.contracts.names import Activity, StockStep
from orders.contracts.steps import progress


@pytest.mark.parametrize("step", [*Activity, *StockStep])
def test_progress_has_a_sentence_for_every_step(step: Step) -> None:
    """The custom status of a step holds its name and a sentence."""
    status = progress(step)

    assert status["step"] == step.value
    assert status["text"].endswith(".")
