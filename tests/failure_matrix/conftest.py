"""The shop of the failure matrices: its orders wait for two hours."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from orders.domain.waits import WaitPolicy
from tests.shop import Shop, open_shop

TWO_HOURS = timedelta(hours=2)


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    """Run an empty app whose orders wait longer than an incident lasts."""
    waits = WaitPolicy(before_capture=TWO_HOURS, after_capture=TWO_HOURS)
    with open_shop(tmp_path, waits=waits) as running:
        yield running
