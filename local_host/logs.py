"""What do log lines look like?

As `func start` prints them, with the instance that a line is about; or one JSON object a line. Host
and worker processes write the same format to the same stream. Quiet means warnings, and what the
app's own code says at the level that host.json gives it.
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

#: The instance or entity that this line of execution works for.
about: ContextVar[str | None] = ContextVar("about", default=None)

_DIM, _YELLOW, _RED, _RESET = "\x1b[2m", "\x1b[33m", "\x1b[31m", "\x1b[0m"


@dataclass(frozen=True, slots=True)
class LogStyle:
    """How to log, as the command line says."""

    verbose: bool = False
    as_json: bool = False
    color: bool = False

    def to_arguments(self) -> list[str]:
        """The style as options for a worker process."""
        chosen = {"--verbose": self.verbose, "--json": self.as_json, "--color": self.color}
        return [option for option, wanted in chosen.items() if wanted]


def wants_color(stream: TextIO) -> bool:
    """Whether lines on this stream may be colored (https://no-color.org)."""
    return stream.isatty() and not os.environ.get("NO_COLOR")


def configure(
    style: LogStyle, *, app: Path | None = None, app_level: int = logging.INFO
) -> logging.Handler:
    """Log to stderr in this style; `app` is the folder whose own lines count as the app's."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonFormatter() if style.as_json else TextFormatter(color=style.color))
    handler.addFilter(_Quiet(style, app, app_level))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(min(logging.INFO, app_level))
    return handler


class _Quiet(logging.Filter):
    """Lets through what a person should see."""

    def __init__(self, style: LogStyle, app: Path | None, app_level: int) -> None:
        super().__init__()
        self._least = logging.INFO if style.verbose else logging.WARNING
        self._app = f"{app}{os.sep}" if app else None
        self._app_level = app_level

    def filter(self, record: logging.LogRecord) -> bool:
        if self._app and self._is_from_app(record.pathname):
            return record.levelno >= self._app_level
        return record.levelno >= self._least

    def _is_from_app(self, path: str) -> bool:
        return path.startswith(str(self._app)) and f"{os.sep}site-packages{os.sep}" not in path


def _about(record: logging.LogRecord) -> str | None:
    """The instance that the record is about: said with it, or known from where it was logged."""
    said: str | None = getattr(record, "about", None)
    return said or about.get()


def _time(record: logging.LogRecord) -> str:
    moment = datetime.fromtimestamp(record.created, UTC)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


class TextFormatter(logging.Formatter):
    """`[2026-11-22T18:00:00.000Z] [order-1] message`."""

    def __init__(self, *, color: bool = False) -> None:
        super().__init__()
        self._color = color

    def format(self, record: logging.LogRecord) -> str:
        """One line, and a traceback below it where there is one."""
        time, instance, text = f"[{_time(record)}] ", _about(record), super().format(record)
        where = f"[{instance}] " if instance else ""
        if not self._color:
            return time + where + text
        if record.levelno >= logging.WARNING:
            paint = _RED if record.levelno >= logging.ERROR else _YELLOW
            text = paint + text + _RESET
        return f"{_DIM}{time}{where}{_RESET}{text}"


class JsonFormatter(logging.Formatter):
    """One JSON object a line."""

    def format(self, record: logging.LogRecord) -> str:
        """Time, level, logger, instance, message, and the traceback where there is one."""
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
