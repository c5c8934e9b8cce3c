"""How does docs/failure-matrix.md look?"""

from collections.abc import Mapping
from dataclasses import dataclass

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """What one situation came to at one step."""

    end: str
    #: What was undone, or why there is no such situation.
    undone: str


def matrix(cells: Mapping[tuple[Row, Situation], Cell]) -> str:
    """The whole document."""
    return _HEAD + "".join(_section(row, cells) for row in ROWS)


def _section(row: Row, cells: Mapping[tuple[Row, Situation], Cell]) -> str:
    lines = [
        f"| {(situation.__doc__ or '').rstrip('.')} | {cell.end} | {cell.undone or 'nothing'} |\n"
        for situation in SITUATIONS
        for cell in [cells[row, situation]]
    ]
    head = "| what happens | how the order ends | what was undone |\n|---|---|---|\n"
    return f"\n## `{row.step.value}`: `{row.port}.{row.method}`\n\n{head}{''.join(lines)}"
