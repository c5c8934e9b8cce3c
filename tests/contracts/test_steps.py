"""The table of steps."""

import pytest

from orders.contracts.names import Activity, StockOperation, StockStep
from orders.contracts.steps import (
    STEPS,
    StepGroup,
    StepName,
    progress,
    step_of_operation,
    undo_of,
)


def test_steps_list_every_activity_and_stock_step_once() -> None:
    """A step without a row would have no text and no place in the history."""
    names = [step.name for step in STEPS]

    assert sorted(names) == sorted([*Activity, *StockStep])


@pytest.mark.parametrize("step", [*Activity, *StockStep])
def test_progress_has_a_sentence_for_every_step(step: StepName) -> None:
    """People read it while the order is processed."""
    status = progress(step)

    assert status["step"] == step.value
    assert status["text"].endswith(".")


def test_undos_are_steps_of_the_undo_group() -> None:
    """An undo is a step of its own, with a text and a name on the wire."""
    undos = [step.undo for step in STEPS if step.undo]
    groups = {step.group for step in STEPS if step.name in undos}

    assert len(set(undos)) == len(undos)
    assert groups == {StepGroup.UNDO}


def test_only_steps_before_the_dispatch_have_an_undo() -> None:
    """After the dispatch nothing is undone."""
    groups = {step.group for step in STEPS if step.undo}

    assert groups == {StepGroup.BEFORE_DISPATCH}


def test_undo_of_a_step_without_an_undo_is_an_error() -> None:
    """The saga registers only steps that can be undone."""
    with pytest.raises(ValueError, match="closeOrder has no undo"):
        undo_of(Activity.CLOSE_ORDER)


def test_stock_operations_name_their_steps() -> None:
    """The history of an order shows operations under the names of their steps."""
    step = step_of_operation(StockOperation.RESERVE)

    assert step is not None
    assert step.name == StockStep.RESERVE_STOCK
    assert step_of_operation(StockOperation.SETTLE) is None
