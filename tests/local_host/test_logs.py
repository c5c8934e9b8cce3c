"""Do log lines look right, and only the ones that a person should see?"""

import io
import json
import logging
from pathlib import Path

import pytest

from local_host import logs
from local_host.logs import JsonFormatter, LogStyle, OutputFilter, TextFormatter, supports_color


def record(level: int = logging.INFO, path: str = "/host/x.py") -> logging.LogRecord:
    """A line that was logged on 22 November 2026."""
    made = logging.LogRecord("shop", level, path, 1, "sold %s", ("a rug",), None)
    made.created = 1_795_370_400.25
    return made


def test_a_line_has_its_time_and_its_instance() -> None:
    """The instance is known from where the line was logged, unless it is said with it."""
    token = logs.about.set("order-1")
    try:
        known, said = TextFormatter().format(record()), record()
        said.about = "order-2"

        assert known == "[2026-11-22T18:00:00.250Z] [order-1] sold a rug"
        assert TextFormatter().format(said) == "[2026-11-22T18:00:00.250Z] [order-2] sold a rug"
    finally:
        logs.about.reset(token)


@pytest.mark.parametrize(
    ("level", "code"), [(logging.ERROR, "31"), (logging.WARNING, "33"), (logging.INFO, None)]
)
def test_a_terminal_gets_colors(level: int, code: str | None) -> None:
    """Red errors, yellow warnings, nothing on the rest."""
    line = TextFormatter(color=True).format(record(level))

    assert line.endswith("sold a rug" if code is None else f"\x1b[{code}msold a rug\x1b[0m")


def test_colors_are_for_terminals_that_want_them(monkeypatch: pytest.MonkeyPatch) -> None:
    """NO_COLOR is respected."""
    monkeypatch.delenv("NO_COLOR", raising=False)
    terminal = io.StringIO()
    monkeypatch.setattr(terminal, "isatty", lambda: True)

    assert supports_color(terminal)
    assert not supports_color(io.StringIO())
    monkeypatch.setenv("NO_COLOR", "1")
    assert not supports_color(terminal)


def test_json_lines_carry_the_traceback() -> None:
    """In a field of its own; what is not there is left out."""
    failed = record(logging.ERROR)
    failed.exc_info = (ValueError, ValueError("torn"), None)

    line = json.loads(JsonFormatter().format(failed))

    assert line["exception"].endswith("ValueError: torn")
    assert "instanceId" not in line
    assert json.loads(JsonFormatter().format(record())) == {
        "time": "2026-11-22T18:00:00.250Z",
        "level": "info",
        "logger": "shop",
        "message": "sold a rug",
    }


@pytest.mark.parametrize(
    ("level", "path", "verbose", "seen"),
    [
        (logging.INFO, "/app/shop.py", False, True),
        (logging.DEBUG, "/app/shop.py", True, False),
        (logging.INFO, "/app/.venv/lib/site-packages/x.py", False, False),
        (logging.INFO, "/elsewhere/x.py", False, False),
        (logging.INFO, "/elsewhere/x.py", True, True),
        (logging.WARNING, "/elsewhere/x.py", False, True),
    ],
)
def test_quiet_is_what_the_app_says_and_what_is_wrong(
    level: int, path: str, *, verbose: bool, seen: bool
) -> None:
    """Libraries inform only on request."""
    quiet = OutputFilter(LogStyle(verbose=verbose), Path("/app"), logging.INFO)

    assert bool(quiet.filter(record(level, path))) is seen
