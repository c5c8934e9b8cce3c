"""What the tests of the shop share."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.shop import Shop, open_shop


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    """A running shop of its own for each test, empty, under a virtual clock."""
    with open_shop(tmp_path) as opened:
        yield opened
