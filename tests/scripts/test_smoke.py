"""The script `scripts/smoke` against the app under a virtual clock."""

import subprocess
import sys

import pytest

from scripts import smoke
from scripts.acceptance_checks.service import Service, UnexpectedError
from tests.faults import FOREVER, Failing
from tests.shop import APP, Shop


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the script in a process of its own, without waiting for the service."""
    return subprocess.run(
        [sys.executable, APP / "scripts" / "smoke.py", *arguments, "--wait", "0"],
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def service(shop: Shop) -> Service:
    """The service as the script sees it."""
    return Service(shop.app.base_url, None)


def test_all_checks_pass(shop: Shop) -> None:
    """And one order is completed."""
    result = run(shop.app.base_url, "--order")

    assert result.returncode == 0, result.stdout + result.stderr
    lines = result.stdout.splitlines()
    assert [line[:5] for line in lines] == ["ok   "] * 5
    assert shop.effects()[-1:] == ["confirmation"]


def test_no_order_is_placed_unless_it_is_asked_for(shop: Shop) -> None:
    """A live payment would be captured."""
    result = run(shop.app.base_url)

    assert result.returncode == 0, result.stdout + result.stderr
    assert shop.effects() == []


def test_first_failing_check_ends_the_script(shop: Shop) -> None:
    """Its name and what it met are printed."""
    shop.replace_ports(switches=Failing(shop.services.switches, "read", before=FOREVER))

    result = run(shop.app.base_url)

    assert result.returncode == 1
    assert result.stdout == "FAIL  The service is healthy: GET /api/health returned 503\n"


def test_unreachable_service_is_reported_in_one_line() -> None:
    """Without a traceback."""
    result = run("http://127.0.0.1:9")

    assert (result.returncode, result.stderr) == (1, "")
    assert result.stdout.startswith("FAIL  The service is healthy: ")
    assert len(result.stdout.splitlines()) == 1


@pytest.mark.parametrize(
    ("names", "text"),
    [
        ({"placeOrder"}, "functions of another version are there: "),
        ({"newFunction"}, "functions are missing: newFunction"),
    ],
)
def test_incomplete_function_list_is_reported(
    service: Service, monkeypatch: pytest.MonkeyPatch, names: set[str], text: str
) -> None:
    """A deployment can succeed with the functions of another version, or none."""
    monkeypatch.setattr(smoke, "own_functions", lambda: names)

    with pytest.raises(UnexpectedError, match=text):
        smoke.function_list(service)


def test_script_waits_until_the_service_is_healthy(
    shop: Shop, service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A new instance takes a while to start."""
    monkeypatch.setattr(smoke, "PAUSE_SECONDS", 0.01)
    failing = Failing(shop.services.switches, "read", before=3)
    shop.replace_ports(switches=failing)

    smoke.wait_for_start(service, 20)

    assert smoke.health(service) == "ok"
