"""Every call of an event under every incident: the dispute that it is about is recorded once.

`WRITE_DOCS=1 ./scripts/test tests/failure_matrix` generates docs/event-matrix.md.
"""

import os
from typing import Final

import pytest

from tests.failure_matrix.event_incidents import EVENT_INCIDENTS, EVENT_STEPS
from tests.failure_matrix.incidents import Incident, StepCase
from tests.failure_matrix.matrix import Cell, Document
from tests.inspection import audit
from tests.partner_events import stored_event
from tests.shop import APP, Shop

PATH: Final = APP / "docs" / "event-matrix.md"
DOCUMENT: Final = Document(
    head="""# Event matrix

Status of an event of a partner for every combination of a call and an incident. The event is about
a dispute. Later recovery has handled every event: the dispute is recorded once, the order is in the
attention queue, and the audit is clean. Generated from events on the local host by
`WRITE_DOCS=1 ./scripts/test tests/failure_matrix`; a test fails if this page is out of date.
What the step does: [life of an order](order.md#steps). Calls of the order store are named after the
change of the record that they apply.
""",
    legend={
        "handled": "The order was compared with what the partner shows of it.",
        "pending": "The event is stored, and recovery tries it again.",
    },
    outcome="status of the event",
    effect="what is recorded",
)

#: Filled by the tests.
CELLS: dict[tuple[StepCase, Incident[StepCase]], Cell] = {}


@pytest.mark.parametrize("incident", EVENT_INCIDENTS, ids=lambda incident: incident.name)
@pytest.mark.parametrize("step", EVENT_STEPS, ids=lambda step: step.name)
def test_an_incident_leads_to_the_expected_event(
    shop: Shop, step: StepCase, incident: Incident[StepCase]
) -> None:
    """The event has the expected status, and recovery handles those that are pending."""
    order_id = incident.run(shop, step)
    status = stored_event(shop).status
    has_dispute = bool(shop.record(order_id).reported.disputes)
    CELLS[step, incident] = Cell(
        summary=status.value, outcome=status.value, effect=("nothing", "the dispute")[has_dispute]
    )

    assert status == incident.expected(step)
    shop.let_minutes_pass(10)
    assert stored_event(shop).status == "handled"
    assert [item.status for item in shop.record(order_id).reported.disputes] == ["open"]
    assert [entry["failedSteps"] for entry in shop.attention_queue()] == [["handleDispute"]]
    assert audit(shop)["findings"] == []


def test_the_document_shows_the_statuses() -> None:
    """docs/event-matrix.md equals what the tests of this file recorded."""
    if len(CELLS) < len(EVENT_STEPS) * len(EVENT_INCIDENTS):
        pytest.skip("only a part of the matrix was run")
    text = DOCUMENT.render(EVENT_STEPS, EVENT_INCIDENTS, CELLS)
    if os.environ.get("WRITE_DOCS"):
        PATH.write_text(text)

    assert PATH.read_text() == text
