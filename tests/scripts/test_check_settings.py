"""The script `scripts/check-settings`."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.shop import APP


def run_script(**environment: str) -> subprocess.CompletedProcess[str]:
    """Run the script with these settings."""
    return subprocess.run(
        [sys.executable, APP / "scripts" / "check-settings"],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def test_valid_settings_print_nothing(tmp_path: Path) -> None:
    """No files are created."""
    result = run_script(ORDERS_DATA_DIR=str(tmp_path / "new"))

    assert (result.returncode, result.stdout, result.stderr) == (0, "", "")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("name", "value", "text"),
    [
        ("ORDERS_MAX_QUANTITY", "0", "ORDERS_MAX_QUANTITY must be a number from 1 to 999999999"),
        ("ORDERS_CATALOGUE", "nowhere.json", "ORDERS_CATALOGUE must be a readable file"),
        ("WEBSITE_SITE_NAME", "shop", "ORDERS_ID_SECRET"),
    ],
)
def test_invalid_setting_is_named_in_one_line(name: str, value: str, text: str) -> None:
    """Without a traceback."""
    result = run_script(**{name: value})

    assert result.returncode == 1
    assert text in result.stderr
    assert len(result.stderr.splitlines()) == 1
