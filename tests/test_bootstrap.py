"""Are the services put together once, and only where they may be?"""

from dataclasses import replace
from pathlib import Path

import pytest

import bootstrap
from domain.errors import SettingsInvalid
from tests.shop import SECRET, settings_in


def test_putting_services_together_touches_nothing(tmp_path: Path) -> None:
    """Files are made at first use, so that importing and indexing the app is cheap and safe."""
    bootstrap.build(settings_in(tmp_path / "new"))

    assert not (tmp_path / "new").exists()


def test_on_azure_what_lives_on_one_machine_is_refused(tmp_path: Path) -> None:
    """Many machines would each have an order book of their own."""
    with pytest.raises(SettingsInvalid, match="SQLite"):
        bootstrap.build(replace(settings_in(tmp_path), on_azure=True))


def test_services_are_put_together_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """From the environment, at first use."""
    monkeypatch.setattr(bootstrap, "_bound", None)
    monkeypatch.setenv("ORDERS_ID_SECRET", SECRET)
    monkeypatch.setenv("ORDERS_DATA_DIR", str(tmp_path))

    first = bootstrap.services()

    assert bootstrap.services() is first
    assert first.settings.data_dir == tmp_path


def test_a_test_may_put_other_services_in_their_place(tmp_path: Path) -> None:
    """For a while only."""
    mine = bootstrap.build(settings_in(tmp_path))

    with bootstrap.override(mine):
        assert bootstrap.services() is mine
        with bootstrap.override(replace(mine)) as inner:
            assert bootstrap.services() is inner
        assert bootstrap.services() is mine
