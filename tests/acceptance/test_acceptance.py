"""The script `scripts/acceptance` against the app under a virtual clock."""

import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta

import pytest

from api.webhooks import signatures
from orders.domain.switches import Switch
from orders.domain.waits import WaitPolicy
from orders.settings.webhooks import SANDBOX_SECRET, WebhookSecrets
from scripts.acceptance_checks.service import SANDBOX_EVENT_SECRET, Service
from scripts.acceptance_checks.switches import stopped
from tests.faults import Failing
from tests.shop import APP, Shop

SCRIPT = APP / "scripts" / "acceptance"


def run_script(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the script in a process of its own."""
    return subprocess.run(
        [sys.executable, str(SCRIPT), *arguments],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


@contextmanager
def running_clock(shop: Shop) -> Iterator[None]:
    """Move the clock to the next timer whenever nothing else can happen."""
    ended = threading.Event()

    def run() -> None:
        while not ended.wait(0.01):
            shop.app.wait_until_idle()
            shop.advance_to_next_timer()

    thread = threading.Thread(target=run)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()


def test_all_checks_pass(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """The slow ones too."""
    secrets = WebhookSecrets(payments=(SANDBOX_SECRET,), carrier=(SANDBOX_SECRET,))
    settings = replace(shop.services.settings, waits=WaitPolicy(), webhooks=secrets)
    shop.replace_ports(settings=settings)
    # The script signs with the time of this machine, and the clock of the service runs away.
    monkeypatch.setattr(signatures, "TOLERANCE", timedelta(days=1000))
    with running_clock(shop):
        result = run_script(shop.app.base_url, "--slow")

    assert result.returncode == 0, result.stdout + result.stderr
    assert "FAIL" not in result.stdout
    assert shop.services.switches.read().are_all_on


def test_script_knows_the_public_secret_of_the_sandbox() -> None:
    """It imports nothing of the app."""
    assert SANDBOX_EVENT_SECRET == SANDBOX_SECRET


@pytest.mark.parametrize("is_on", [True, False], ids=["on", "off"])
def test_switch_is_restored_after_a_failed_check(shop: Shop, *, is_on: bool) -> None:
    """To what it was before, even if the first attempt fails."""
    shop.set_switch("accept", on=is_on)

    def check() -> None:
        with stopped(Service(shop.app.base_url, None), "accept"):
            assert not shop.services.switches.is_on(Switch.ACCEPT)
            shop.replace_ports(switches=Failing(shop.services.switches, "change", before=1))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        check()

    assert shop.services.switches.is_on(Switch.ACCEPT) is is_on


def test_unreachable_service_is_reported_in_one_line() -> None:
    """Without a traceback."""
    result = run_script("http://127.0.0.1:9")

    assert result.returncode == 1
    assert result.stdout == ""
    assert len(result.stderr.splitlines()) == 1
    assert "cannot be reached" in result.stderr
