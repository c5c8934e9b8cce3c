"""Fixtures: the feature app on a host of its own for each test."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from local_host.testing import App, load_app, start_app

APP = Path(__file__).parent / "app"
FRAGILE = Path(__file__).parent / "fragile"


@pytest.fixture
def app(tmp_path: Path) -> Iterator[App]:
    """The feature app in this process, under a virtual clock."""
    with start_app(APP, tmp_path / "data") as running:
        yield running


@pytest.fixture
def calls() -> list[str]:
    """The calls that the app's activities recorded in this test."""
    activity = load_app(APP.resolve()).functions["note"].call
    recorded: list[str] = activity.__globals__["calls"]
    recorded.clear()
    return recorded


@pytest.fixture
def marks(tmp_path: Path) -> Path:
    """The file in which the fragile app records what it does."""
    return tmp_path / "marks"
