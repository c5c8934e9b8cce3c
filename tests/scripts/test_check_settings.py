"""Does the app say what is wrong with its settings before it starts?"""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.shop import APP


def check(**environ: str) -> subprocess.CompletedProcess[str]:
    """Check the settings of an environment that is changed like this."""
    return subprocess.run(
        [sys.executable, APP / "scripts" / "check-settings"],
        env={**os.environ, **environ},
        capture_output=True,
        text=True,
        check=False,
    )


def test_settings_that_will_do_are_not_talked_about(tmp_path: Path) -> None:
    """And nothing is made on the disk."""
    checked = check(ORDERS_DATA_DIR=str(tmp_path / "new"))

    assert (checked.returncode, checked.stdout, checked.stderr) == (0, "", "")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("ORDERS_MAX_QUANTITY", "0", "ORDERS_MAX_QUANTITY must be a number from 1 to 999999999"),
        ("ORDERS_CATALOGUE", "nowhere.json", "ORDERS_CATALOGUE must be a file that can be read"),
        ("WEBSITE_SITE_NAME", "shop", "ORDERS_ID_SECRET"),
    ],
)
def test_what_is_wrong_is_named(name: str, value: str, words: str) -> None:
    """In one line, without a traceback."""
    checked = check(**{name: value})

    assert checked.returncode == 1
    assert words in checked.stderr
    assert "Traceback" not in checked.stderr
