"""Log output of host and worker processes.

Lines have the format of `func start` plus the instance that they are about; `--log-format json`
writes one JSON object a line. All processes write the same format to stderr. Without `--verbose`
the output is limited to warnings, and to the app's own lines from the level in host.json upwards.
"""

import json
import logging
import os
import sys
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TextIO

#: The instance or entity that the current task works for.
about: ContextVar[str | None] = ContextVar("about", default=None)

_DIM, _YELLOW, _RED, _RESET = "\x1b[2m", "\x1b[33m", "\x1b[31m", "\x1b[0m"


@dataclass(frozen=True, slots=True, kw_only=True)
class LogStyle:
    """The logging options of the command line."""

    verbose: bool = False
    as_json: bool = False
    color: bool = False

    def to_arguments(self) -> list[str]:
        """Return the options of a worker process that select this style."""
        options = {"--verbose": self.verbose, "--json": self.as_json, "--color": self.color}
        return [option for option, is_set in options.items() if is_set]


def supports_color(stream: TextIO) -> bool:
    """Return whether lines on this stream may be colored (https://no-color.org)."""
    return stream.isatty() and not os.environ.get("NO_COLOR")


def configure(
    style: LogStyle, *, app: Path | None = None, app_level: int = logging.INFO
) -> logging.Handler:
    """Log to stderr in this style; lines logged in the folder `app` count as the app's own."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonFormatter() if style.as_json else TextFormatter(color=style.color))
    handler.addFilter(OutputFilter(style, app, app_level))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(min(logging.INFO, app_level))
    return handler


class OutputFilter(logging.Filter):
    """Selects the lines to print: by level, with a level of its own for the app."""

    def __init__(self, style: LogStyle, app: Path | None, app_level: int) -> None:
        super().__init__()
        self._level = logging.INFO if style.verbose else logging.WARNING
        self._app = f"{app}{os.sep}" if app else None
        self._app_level = app_level

    def filter(self, record: logging.LogRecord) -> bool:
        """Return whether to print the line."""
        is_app = self._app is not None and self._is_from_app(record.pathname, self._app)
        return record.levelno >= (self._app_level if is_app else self._level)

    @staticmethod
    def _is_from_app(path: str, app: str) -> bool:
        return path.startswith(app) and f"{os.sep}site-packages{os.sep}" not in path


class TextFormatter(logging.Formatter):
    """`[2026-11-22T18:00:00.000Z] [order-1] message`."""

    def __init__(self, *, color: bool = False) -> None:
        super().__init__()
        self._color = color

    def format(self, record: logging.LogRecord) -> str:
        """Format the line, and its traceback below it."""
        time, instance, text = f"[{_time(record)}] ", _about(record), super().format(record)
        prefix = f"[{instance}] " if instance else ""
        if not self._color:
            return time + prefix + text
        if record.levelno >= logging.WARNING:
            color = _RED if record.levelno >= logging.ERROR else _YELLOW
            text = color + text + _RESET
        return f"{_DIM}{time}{prefix}{_RESET}{text}"


class JsonFormatter(logging.Formatter):
    """One JSON object a line."""

    def format(self, record: logging.LogRecord) -> str:
        """Format time, level, logger, instance, message, and the traceback if there is one."""
        fields = {
            "time": _time(record),
            "level": record.levelname.lower(),
            "logger": record.name,
            "instanceId": _about(record),
            "message": record.getMessage(),
        }
        if record.exc_info:
            fields["exception"] = self.formatException(record.exc_info)
        return json.dumps({k: v for k, v in fields.items() if v is not None}, ensure_ascii=False)


def _about(record: logging.LogRecord) -> str | None:
    """Return the instance of a line: its `extra={"about": …}`, else that of the current task."""
    explicit: str | None = getattr(record, "about", None)
    return explicit or about.get()


def _time(record: logging.LogRecord) -> str:
    moment = datetime.fromtimestamp(record.created, UTC)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
