"""The script `scripts/chaos` with few orders."""

import re
import subprocess
import sys

from tests.shop import APP


def test_orders_survive_kills_of_workers_and_service() -> None:
    """The exit status says that every order ended and the audit is clean."""
    options = ["--orders", "40", "--every", "1.5", "--quick"]
    result = subprocess.run(
        [sys.executable, str(APP / "scripts" / "chaos.py"), *options],
        capture_output=True,
        text=True,
        check=False,
        timeout=110,
    )

    assert result.returncode == 0, result.stdout + result.stderr
    assert re.search(r"^refunds: \d+ paid$", result.stdout, re.MULTILINE), result.stdout
    assert "open: 0; audit: clean" in result.stdout
