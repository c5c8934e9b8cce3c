"""Does `./scripts/chaos` do what it says? With few orders here, with a thousand by hand."""

import re
import subprocess
import sys

from tests.shop import APP


def test_few_orders_survive_kills_of_workers_and_of_everything() -> None:
    """The exit status says that each order ended and that the audit is clean."""
    options = ["--orders", "40", "--every", "1.5", "--quick"]
    done = subprocess.run(
        [sys.executable, str(APP / "scripts" / "chaos.py"), *options],
        capture_output=True,
        text=True,
        check=False,
        timeout=110,
    )

    assert done.returncode == 0, done.stdout + done.stderr
    assert re.search(r"^refunds: \d+ paid$", done.stdout, re.MULTILINE), done.stdout
    assert "open: 0; audit: clean" in done.stdout
