"""How do docs/failure-matrix.md and docs/refund-matrix.md look?"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tests.proof.refunds import REFUND_ROWS, REFUND_SITUATIONS, RefundRow, RefundSituation
from tests.proof.situations import SITUATIONS, Situation
from tests.proof.steps import ROWS, Row

_HEAD = """# What happens when a step fails

Every step of an order, and everything that can happen to it: how the order ends, and what was
undone on the way. Written by `WRITE_DOCS=1 ./scripts/test tests/proof` from orders that ran on the
local host; a test holds it to them. After each of these orders the audit is clean.

An order that ends `processing` has not ended: the book itself was out of reach, so nothing may be
claimed. It is run again, and the test sees it come to its end. `needsAttention` lies on the desk,
where a person decides: what is done by hand, or not at all, is left out when the order goes on.
"""

_REFUND_HEAD = """# What happens when a refund fails

Every step by which some of a completed order's money is paid back, and everything that can happen
to it. Written by `WRITE_DOCS=1 ./scripts/test tests/proof` from refunds that ran on the local host;
a test holds it to them. After each of them the audit is clean.

A refund that stays `requested` has not ended: the book itself was out of reach. It is run again by
the guardian. One that `failed` lies on the desk, where a person decides.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """What one situation came to at one step."""

    end: str
    #: What was undone, or why there is no such situation.
    undone: str


def matrix(cells: Mapping[tuple[Row, Situation], Cell]) -> str:
    """The document about orders."""
    head = "| what happens | how the order ends | what was undone |\n|---|---|---|\n"
    return _HEAD + "".join(
        _title(row) + head + _lines({situation: cells[row, situation] for situation in SITUATIONS})
        for row in ROWS
    )


def refund_matrix(cells: Mapping[tuple[RefundRow, RefundSituation], Cell]) -> str:
    """The document about refunds."""
    head = "| what happens | how order and refund stand | what was paid back |\n|---|---|---|\n"
    return _REFUND_HEAD + "".join(
        _title(row) + head + _lines({each: cells[row, each] for each in REFUND_SITUATIONS})
        for row in REFUND_ROWS
    )


def _title(row: Row | RefundRow) -> str:
    return f"\n## `{row.step.value}`: `{row.port}.{row.method}`\n\n"


def _lines(cells: Mapping[Any, Cell]) -> str:
    return "".join(
        f"| {(situation.__doc__ or '').rstrip('.')} | {cell.end} | {cell.undone or 'nothing'} |\n"
        for situation, cell in cells.items()
    )
