"""Does the description of an order's life name what the code has?"""

import re

from contracts.names import Activity, StockStep
from domain.outcome import OrderStatus
from tests.shop import APP

TEXT = (APP / "docs" / "order.md").read_text("utf-8")


def test_the_diagram_shows_every_status() -> None:
    """And no other."""
    arrows = re.findall(r"^ +(\S+) --> (\S+?)(?::|$)", TEXT, re.MULTILINE)

    assert {state for arrow in arrows for state in arrow} - {"[*]"} == set(OrderStatus)


def test_every_step_is_described_once() -> None:
    """A new step without a row would leave its reader alone when it fails."""
    rows = re.findall(r"^\| `(\w+)` \|", TEXT, re.MULTILINE)

    assert sorted(rows) == sorted([*Activity, *StockStep])
