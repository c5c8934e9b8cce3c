"""Table of steps: complete, consistent, and readable for people."""

import dataclasses

import pytest

from orders.contracts.names import Activity, StockOperation, StockStep
from orders.contracts.steps import (
    STEPS,
    Step,
    StepGroup,
    StepName,
    find_step,
    progress,
    step_of_operation,
    undo_of,
)
from orders.domain import results

UNDONE = [step for step in STEPS if step.undo is not None]
RESULT_FIELDS = {
    field.name
    for result in vars(results).values()
    if dataclasses.is_dataclass(result)
    for field in dataclasses.fields(result)
}


def test_table_has_every_step_once() -> None:
    """Each activity and each step of the stock entities has one row."""
    assert sorted(step.name for step in STEPS) == sorted([*Activity, *StockStep])


@pytest.mark.parametrize("name", [*Activity, *StockStep])
def test_progress_has_a_sentence_for_every_step(name: StepName) -> None:
    """The custom status of a step holds its name and a sentence."""
    status = progress(name)

    assert status["step"] == name.value
    assert status["text"].endswith(".")


@pytest.mark.parametrize("step", UNDONE, ids=lambda step: step.name)
def test_undo_follows_a_step_before_the_dispatch(step: Step) -> None:
    """The undo is a row of the table itself."""
    undo = find_step(undo_of(step.name))

    assert undo is not None
    assert (step.group, undo.group) == (StepGroup.BEFORE_DISPATCH, StepGroup.UNDO)


def test_step_without_undo_raises() -> None:
    """Nothing undoes the dispatch."""
    with pytest.raises(ValueError, match="dispatchOrder has no undo"):
        undo_of(Activity.DISPATCH_ORDER)


def test_accepted_fields_are_fields_of_results() -> None:
    """A misspelled field would make a refusal look like a success."""
    fields = {step.accepted_field for step in STEPS if step.accepted_field}

    assert fields
    assert fields <= RESULT_FIELDS


def test_stock_operation_leads_to_its_step() -> None:
    """Adjusting and settling are no steps of an order."""
    steps = {operation: step_of_operation(operation) for operation in StockOperation}

    names = {operation: step.name for operation, step in steps.items() if step}
    assert names == {
        StockOperation.RESERVE: StockStep.RESERVE_STOCK,
        StockOperation.RELEASE: StockStep.RELEASE_STOCK,
        StockOperation.COMMIT: StockStep.COMMIT_STOCK,
    }


def test_unknown_step_is_not_found() -> None:
    """Histories may name activities of other versions."""
    assert find_step("otherStep") is None
