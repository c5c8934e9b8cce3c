"""Does every order come to the right end, whatever happens to whichever step?

`WRITE_DOCS=1 ./scripts/test tests/proof` writes docs/failure-matrix.md from what the runs did.
"""

import os
from typing import Final

import pytest

from orders.contracts.names import Activity, StockStep
from tests.proof.behind import given_back, level, the_audit
from tests.proof.refunds import REFUND_ROWS
from tests.proof.situations import SITUATIONS, NotPossible, Situation, expected_end
from tests.proof.steps import ROWS, Row
from tests.proof.tables import Cell, matrix
from tests.shop import APP, Shop

DOCUMENT: Final = APP / "docs" / "failure-matrix.md"

#: What the runs came to so far.
CELLS: dict[tuple[Row, Situation], Cell] = {}

_UNDONE: Final = {
    "voided": "hold voided",
    "refunded": "money paid back",
    "canceled": "parcel canceled",
}


@pytest.mark.parametrize("situation", SITUATIONS, ids=lambda situation: situation.__name__)
@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_an_order_comes_to_the_right_end(shop: Shop, row: Row, situation: Situation) -> None:
    """The end that is expected, and the audit clean."""
    try:
        order_id = situation(shop, row)
    except NotPossible as why:
        CELLS[row, situation] = Cell(end="-", undone=str(why))
        return
    report = the_audit(shop)
    shown = shop.get(order_id)
    end = ", ".join(filter(None, [shown["status"], shown.get("reason")]))
    CELLS[row, situation] = Cell(end=end, undone=_undone(shop))

    assert end == expected_end(row, situation)
    assert report["findings"] == []
    if end == "processing":
        assert shop.restart(order_id).output["status"] == row.end.partition(",")[0]
        assert the_audit(shop)["clean"]


def test_the_matrix_has_a_row_for_every_step() -> None:
    """A step that is added must show what its faults come to."""
    assert {row.step for row in (*ROWS, *REFUND_ROWS)} == {*Activity, *StockStep}


def test_the_document_says_what_the_runs_did() -> None:
    """docs/failure-matrix.md is written by these runs."""
    if len(CELLS) < len(ROWS) * len(SITUATIONS):
        pytest.skip("not all of the matrix was run")
    text = matrix(CELLS)
    if os.environ.get("WRITE_DOCS"):
        DOCUMENT.write_text(text)

    assert DOCUMENT.read_text() == text


def _undone(shop: Shop) -> str:
    undone = [_UNDONE[effect] for effect in shop.effects() if effect in _UNDONE]
    if given_back(shop):
        undone.append("articles given back")
    if level(shop)["reserved"]:
        undone.append("articles still reserved")
    return ", ".join(undone)
