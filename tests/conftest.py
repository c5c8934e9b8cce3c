"""Fixtures that all tests share."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.shop import Shop, open_shop


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    """Run an empty app of its own for each test, under a virtual clock."""
    with open_shop(tmp_path) as running:
        yield running
