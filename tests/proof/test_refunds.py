"""Does every refund come to the right end, whatever happens to whichever step?

`WRITE_DOCS=1 ./scripts/test tests/proof` writes docs/refund-matrix.md from what the runs did.
"""

import os
from typing import Final

import pytest

from tests.proof.behind import the_audit
from tests.proof.refunds import (
    REFUND_ROWS,
    REFUND_SITUATIONS,
    RefundRow,
    RefundSituation,
    expected_refund,
)
from tests.proof.situations import NotPossible
from tests.proof.tables import Cell, refund_matrix
from tests.shop import APP, Shop

DOCUMENT: Final = APP / "docs" / "refund-matrix.md"

#: What the runs came to so far.
REFUND_CELLS: dict[tuple[RefundRow, RefundSituation], Cell] = {}


@pytest.mark.parametrize("situation", REFUND_SITUATIONS, ids=lambda situation: situation.__name__)
@pytest.mark.parametrize("row", REFUND_ROWS, ids=lambda row: row.name)
def test_a_refund_comes_to_the_right_end(
    shop: Shop, row: RefundRow, situation: RefundSituation
) -> None:
    """The end that is expected, paid once at most, and the audit clean."""
    try:
        order_id = situation(shop, row)
    except NotPossible as why:
        REFUND_CELLS[row, situation] = Cell(end="-", undone=str(why))
        return
    shown = shop.get(order_id)
    (refund,) = shown["refunds"]
    paid = shop.effects().count("refunded")
    REFUND_CELLS[row, situation] = Cell(
        end=f"{shown['status']}, refund {refund['status']}",
        undone=("nothing", "the refund is paid")[paid],
    )

    assert (shown["status"], refund["status"]) == ("completed", expected_refund(row, situation))
    assert the_audit(shop)["findings"] == []
    assert paid == (refund["status"] in {"paid", "requested"})


def test_the_document_says_what_the_runs_did() -> None:
    """docs/refund-matrix.md is written by these runs."""
    if len(REFUND_CELLS) < len(REFUND_ROWS) * len(REFUND_SITUATIONS):
        pytest.skip("not all of the matrix was run")
    text = refund_matrix(REFUND_CELLS)
    if os.environ.get("WRITE_DOCS"):
        DOCUMENT.write_text(text)

    assert DOCUMENT.read_text() == text
