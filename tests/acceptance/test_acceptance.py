"""Does the acceptance script find this service as it promises to be?"""

import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from tests.shop import APP, Shop

SCRIPT = APP / "scripts" / "acceptance"


def run_script(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the script as a person would."""
    return subprocess.run(
        [sys.executable, str(SCRIPT), *arguments],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


@contextmanager
def time_passing(shop: Shop) -> Iterator[None]:
    """Let the clock run to the next timer whenever nothing else can happen."""
    ended = threading.Event()

    def pass_time() -> None:
        while not ended.wait(0.01):
            shop.app.settle()
            shop.advance_to_next_timer()

    thread = threading.Thread(target=pass_time)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()


def test_the_service_does_what_the_script_asks_for(shop: Shop) -> None:
    """Every branch, from outside, over HTTP alone."""
    with time_passing(shop):
        done = run_script(shop.app.base_url, "--patient")

    assert done.returncode == 0, done.stdout + done.stderr
    assert "FAIL" not in done.stdout


def test_a_service_that_is_not_there_is_told_in_one_line() -> None:
    """Nobody has to read a traceback to learn that nothing listens."""
    done = run_script("http://127.0.0.1:9")

    assert done.returncode == 1
    assert done.stdout == ""
    assert len(done.stderr.splitlines()) == 1
    assert "cannot be reached" in done.stderr
