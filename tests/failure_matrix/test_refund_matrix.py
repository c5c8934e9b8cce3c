"""Every step of a refund under every incident: the expected status, paid at most once, audit clean.

`WRITE_DOCS=1 ./scripts/test tests/failure_matrix` generates docs/refund-matrix.md.
"""

import os
from typing import Final

import pytest

from tests.failure_matrix.incidents import Incident, NotApplicableError
from tests.failure_matrix.matrix import Cell, Document
from tests.failure_matrix.refund_incidents import REFUND_INCIDENTS, REFUND_STEPS, RefundStep
from tests.inspection import audit
from tests.shop import APP, Shop

PATH: Final = APP / "docs" / "refund-matrix.md"
DOCUMENT: Final = Document(
    head="""# Refund matrix

Status of a refund for every combination of a step and an incident. The order is `completed` before
and after each of these refunds, and the audit is clean. Generated from refunds on the local host by
`WRITE_DOCS=1 ./scripts/test tests/failure_matrix`; a test fails if this page is out of date.
What each step does: [life of an order](order.md#steps). Calls of the order store are named after
the change of the record that they apply.
""",
    legend={
        "paid": "The refund is paid, once.",
        "failed": "The refund is not paid: an operator must decide on it.",
        "skipped": "An operator decided not to pay the refund.",
        "open": "The order store is unavailable, so the refund stays `requested`, although it is "
        "paid. Recovery restarts it.",
        "-": "The incident cannot happen at this step: see the details.",
    },
    outcome="status of order, refund",
    effect="what was refunded",
)

#: Filled by the tests.
CELLS: dict[tuple[RefundStep, Incident[RefundStep]], Cell] = {}


@pytest.mark.parametrize("incident", REFUND_INCIDENTS, ids=lambda incident: incident.name)
@pytest.mark.parametrize("step", REFUND_STEPS, ids=lambda step: step.name)
def test_an_incident_leads_to_the_expected_refund(
    shop: Shop, step: RefundStep, incident: Incident[RefundStep]
) -> None:
    """The refund has the status that is expected of the step, and is paid at most once."""
    try:
        order_id = incident.run(shop, step)
    except NotApplicableError as error:
        CELLS[step, incident] = Cell(effect=str(error))
        return
    view = shop.get(order_id)
    (refund,) = view["refunds"]
    order_status, status = view["status"], refund["status"]
    payments = shop.effects().count("refunded")
    CELLS[step, incident] = Cell(
        summary={"requested": "open"}.get(status, status),
        outcome=f"{order_status}, {status}",
        effect=("nothing", "the refund")[payments],
    )

    assert (order_status, status) == ("completed", incident.expected(step))
    assert audit(shop)["findings"] == []
    assert payments == (status in {"paid", "requested"})


def test_the_document_shows_the_statuses() -> None:
    """docs/refund-matrix.md equals what the tests of this file recorded."""
    if len(CELLS) < len(REFUND_STEPS) * len(REFUND_INCIDENTS):
        pytest.skip("only a part of the matrix was run")
    text = DOCUMENT.render(REFUND_STEPS, REFUND_INCIDENTS, CELLS)
    if os.environ.get("WRITE_DOCS"):
        PATH.write_text(text)

    assert PATH.read_text() == text
