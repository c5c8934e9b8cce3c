"""The script `scripts/check-settings`."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.orders.test_environment import ON_AZURE
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
        (
            "ORDERS_QUANTITY",
            "7",
            "ORDERS_QUANTITY is no setting of this version; the nearest name is",
        ),
    ],
)
def test_invalid_setting_is_named_in_one_line(name: str, value: str, text: str) -> None:
    """Without a traceback."""
    result = run_script(**{name: value})

    assert result.returncode == 1
    assert text in result.stderr
    assert len(result.stderr.splitlines()) == 1


def test_every_invalid_setting_is_named() -> None:
    """Each in one line, in one run: also what is missing on Azure."""
    result = run_script(
        WEBSITE_SITE_NAME="shop", ORDERS_MAX_QUANTITY="0", ORDERS_AUDIT_DAYS="no", ORDERS_NEW="1"
    )

    names = [line.split()[1] for line in result.stderr.splitlines()]
    assert result.returncode == 1
    assert {"ORDERS_ID_SECRET", "ORDERS_MAX_QUANTITY", "ORDERS_AUDIT_DAYS", "ORDERS_NEW"} < {*names}
    assert {"ORDERS_TABLES", "STRIPE_API_KEY", "CARRIER_URL", "SMTP_URL"} < {*names}
    assert len(names) == len({*names})


def test_unknown_setting_is_named_although_the_app_would_serve() -> None:
    """As on Azure, where the app only warns."""
    result = run_script(**ON_AZURE, ORDERS_REQUIRE_KEY="1")

    assert result.returncode == 1
    assert result.stderr == (
        "check-settings: ORDERS_REQUIRE_KEY is no setting of this version; the nearest name is"
        " ORDERS_REQUIRE_IDEMPOTENCY_KEY\n"
    )
