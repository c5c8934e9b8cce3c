"""Every step of an order under every incident has the expected outcome, and the audit is clean.

`WRITE_DOCS=1 ./scripts/test tests/failure_matrix` generates docs/failure-matrix.md.
"""

import os
from typing import Final

import pytest

from orders.contracts.names import Activity, StockStep
from tests.failure_matrix.event_incidents import EVENT_STEPS
from tests.failure_matrix.incidents import Incident, NotApplicableError
from tests.failure_matrix.matrix import Cell, Document
from tests.failure_matrix.order_incidents import ORDER_INCIDENTS
from tests.failure_matrix.order_steps import ORDER_STEPS, OrderStep
from tests.failure_matrix.refund_incidents import REFUND_STEPS
from tests.inspection import audit, has_released_stock, stock_level
from tests.shop import APP, Shop

PATH: Final = APP / "docs" / "failure-matrix.md"
DOCUMENT: Final = Document(
    head="""# Failure matrix

Outcome of an order for every combination of a step and an incident. After each of these orders the
audit is clean. In these tests an order waits for two hours at most, not for a day. Generated from
orders on the local host by `WRITE_DOCS=1 ./scripts/test tests/failure_matrix`; a test fails if this
page is out of date. What each step does: [life of an order](order.md#steps). Calls of the order
store are named after the change of the record that they apply. What a killed process means in
operation: [what happens on kill -9](operations.md#what-happens-on-kill--9).
""",
    legend={
        "completed": "The order is paid and shipped.",
        "rejected": "The order is refused or given up.",
        "canceled": "The order is stopped by request of the customer.",
        "attention": "The order is `needsAttention`: an operator must decide on it.",
        "open": "The order store is unavailable, so the order stays `processing` or `waiting`. The "
        "test then restarts it, and it has the outcome of the column *fails twice*.",
        "↩": "Something was undone: see the details.",
        "-": "The incident cannot happen at this step: see the details.",
    },
    outcome="outcome: status, reason",
    effect="effects undone, and what remains",
)

#: Filled by the tests.
CELLS: dict[tuple[OrderStep, Incident[OrderStep]], Cell] = {}

_SUMMARIES: Final = {"needsAttention": "attention", "processing": "open", "waiting": "open"}
_UNDONE: Final = {
    "voided": "authorization voided",
    "refunded": "payment refunded",
    "canceled": "shipment canceled",
}


@pytest.mark.parametrize("incident", ORDER_INCIDENTS, ids=lambda incident: incident.name)
@pytest.mark.parametrize("step", ORDER_STEPS, ids=lambda step: step.name)
def test_an_incident_leads_to_the_expected_outcome(
    shop: Shop, step: OrderStep, incident: Incident[OrderStep]
) -> None:
    """The order has the outcome that is expected of the step, and the audit is clean."""
    try:
        order_id = incident.run(shop, step)
    except NotApplicableError as error:
        CELLS[step, incident] = Cell(effect=str(error))
        return
    report = audit(shop)
    view = shop.get(order_id)
    outcome = ", ".join(filter(None, [view["status"], view.get("reason")]))
    CELLS[step, incident] = _cell(shop, view["status"], outcome)

    assert outcome == incident.expected(step)
    assert report["findings"] == []
    if outcome in {"processing", "waiting"}:
        assert shop.restart(order_id).output["status"] == step.outcome.partition(",")[0]
        assert audit(shop)["clean"]


def test_the_matrices_contain_every_step() -> None:
    """A new step needs a row in one of the matrices."""
    cases = (*ORDER_STEPS, *REFUND_STEPS, *EVENT_STEPS)

    assert {case.step for case in cases} == {*Activity, *StockStep}


def test_the_document_shows_the_outcomes() -> None:
    """docs/failure-matrix.md equals what the tests of this file recorded."""
    if len(CELLS) < len(ORDER_STEPS) * len(ORDER_INCIDENTS):
        pytest.skip("only a part of the matrix was run")
    text = DOCUMENT.render(ORDER_STEPS, ORDER_INCIDENTS, CELLS)
    if os.environ.get("WRITE_DOCS"):
        PATH.write_text(text)

    assert PATH.read_text() == text


def _cell(shop: Shop, status: str, outcome: str) -> Cell:
    undone = [_UNDONE[effect] for effect in shop.effects() if effect in _UNDONE]
    if has_released_stock(shop):
        undone.append("stock released")
    summary = _SUMMARIES.get(status, status) + (" ↩" if undone else "")
    remaining = ["stock still reserved"] if stock_level(shop)["reserved"] else []
    return Cell(summary=summary, outcome=outcome, effect=", ".join(undone + remaining) or "nothing")
