"""Log output: text and JSON format, colors, and the selection of lines."""

import io
import json
import logging
from pathlib import Path

import pytest

from local_host import logs
from local_host.logs import JsonFormatter, LogStyle, OutputFilter, TextFormatter, supports_color


def record(level: int = logging.INFO, path: str = "/host/x.py") -> logging.LogRecord:
    """Return a log record of 22 November 2026."""
    line = logging.LogRecord("shop", level, path, 1, "sold %s", ("a rug",), None)
    line.created = 1_795_370_400.25
    return line


def test_line_has_time_and_instance() -> None:
    """The instance is that of the current task, unless the line names another."""
    token = logs.about.set("order-1")
    try:
        implicit, explicit = record(), record()
        explicit.about = "order-2"
        lines = [TextFormatter().format(line) for line in (implicit, explicit)]

        assert lines == [
            "[2026-11-22T18:00:00.250Z] [order-1] sold a rug",
            "[2026-11-22T18:00:00.250Z] [order-2] sold a rug",
        ]
    finally:
        logs.about.reset(token)


@pytest.mark.parametrize(
    ("level", "code"), [(logging.ERROR, "31"), (logging.WARNING, "33"), (logging.INFO, None)]
)
def test_level_determines_the_color(level: int, code: str | None) -> None:
    """Errors are red, warnings yellow, other lines have no color."""
    line = TextFormatter(color=True).format(record(level))

    assert line.endswith("sold a rug" if code is None else f"\x1b[{code}msold a rug\x1b[0m")


def test_no_color_turns_colors_off(monkeypatch: pytest.MonkeyPatch) -> None:
    """Terminals support colors, unless NO_COLOR is set; other streams do not."""
    monkeypatch.delenv("NO_COLOR", raising=False)
    terminal = io.StringIO()
    monkeypatch.setattr(terminal, "isatty", lambda: True)

    assert supports_color(terminal)
    assert not supports_color(io.StringIO())
    monkeypatch.setenv("NO_COLOR", "1")
    assert not supports_color(terminal)


def test_json_line_has_the_traceback_in_its_own_field() -> None:
    """Fields without a value are omitted."""
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
    ("level", "path", "verbose", "is_printed"),
    [
        (logging.INFO, "/app/shop.py", False, True),
        (logging.DEBUG, "/app/shop.py", True, False),
        (logging.INFO, "/app/.venv/lib/site-packages/x.py", False, False),
        (logging.INFO, "/elsewhere/x.py", False, False),
        (logging.INFO, "/elsewhere/x.py", True, True),
        (logging.WARNING, "/elsewhere/x.py", False, True),
    ],
)
def test_filter_selects_lines_of_the_app_and_warnings(
    level: int, path: str, *, verbose: bool, is_printed: bool
) -> None:
    """Other lines need --verbose; the app has a level of its own."""
    output_filter = OutputFilter(LogStyle(verbose=verbose), Path("/app"), logging.INFO)

    assert output_filter.filter(record(level, path)) is is_printed
