"""Settings of an app, read from host.json, local.settings.json and the environment."""

import json
import logging
import os
import re
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from pathlib import Path
from typing import Any, TypeVar

from local_host.errors import AppFolderError, ConfigurationError
from local_host.host.durable.versions import Versions

ChoiceT = TypeVar("ChoiceT", bound=StrEnum)

_HUB_NAME = re.compile(r"[A-Za-z][A-Za-z0-9]{2,44}")
_TIMESPAN = re.compile(
    r"(?:(?P<days>\d+)\.)?(?P<hours>\d{1,2}):(?P<minutes>\d{1,2})"
    r"(?::(?P<seconds>\d{1,2}(?:\.\d{1,7})?))?"
)
_BODY_LIMIT = "FUNCTIONS_REQUEST_BODY_SIZE_LIMIT"
_DEFAULT_BODY_LIMIT = 100 * 1024 * 1024
_PROCESS_COUNT = "FUNCTIONS_WORKER_PROCESS_COUNT"
#: Azure's own limit.
MAX_PROCESSES = 10
_LOG_LEVELS = {
    "trace": logging.DEBUG,
    "debug": logging.DEBUG,
    "information": logging.INFO,
    "warning": logging.WARNING,
    "error": logging.ERROR,
    "critical": logging.CRITICAL,
    "none": logging.CRITICAL + 1,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Configuration:
    """The settings of one app on this host."""

    app: Path
    hub_name: str
    route_prefix: str
    max_concurrent_activities: int
    max_concurrent_orchestrators: int
    versions: Versions
    #: Limit of a request body in bytes (app setting FUNCTIONS_REQUEST_BODY_SIZE_LIMIT).
    body_limit: int
    #: How long a function may run; None means without limit.
    function_timeout: timedelta | None
    #: The number of worker processes (app setting FUNCTIONS_WORKER_PROCESS_COUNT).
    worker_processes: int
    #: The lowest `logging` level of the app's own log lines.
    app_log_level: int
    #: The environment of the worker processes: that of the host over local.settings.json.
    environment: dict[str, str]
    #: Whether the host serves a page at `/` (app setting AzureWebJobsDisableHomepage).
    has_home_page: bool = True
    #: Whether callers need keys, as on Azure.
    requires_keys: bool = False


def read_configuration(app: Path) -> Configuration:
    """Read the settings of an app; local.settings.json is optional, as on Azure.

    Raises:
        AppFolderError: there is no host.json.
        ConfigurationError: a value is invalid; the message names it.
    """
    if not (app / "host.json").is_file():
        raise AppFolderError(
            f"{app} has no host.json: it is not a function app; choose its folder with --app"
        )
    host = _read_json(app / "host.json")
    if host.get("version") != "2.0":
        raise ConfigurationError('host.json: "version" must be "2.0"')
    environment = {**_read_local_settings(app / "local.settings.json"), **os.environ}
    extensions = host.get("extensions", {})
    durable = extensions.get("durableTask", {})
    default_concurrency = 10 * (os.cpu_count() or 1)
    return Configuration(
        app=app,
        hub_name=_hub_name(durable.get("hubName", "TestHubName"), environment),
        route_prefix=extensions.get("http", {}).get("routePrefix", "api").strip("/"),
        max_concurrent_activities=_positive_integer(
            durable, "maxConcurrentActivityFunctions", default_concurrency
        ),
        max_concurrent_orchestrators=_positive_integer(
            durable, "maxConcurrentOrchestratorFunctions", default_concurrency
        ),
        versions=_versions(durable),
        body_limit=_body_limit(environment.get(_BODY_LIMIT)),
        function_timeout=_function_timeout(host.get("functionTimeout", "00:05:00")),
        worker_processes=_worker_processes(environment.get(_PROCESS_COUNT, "1")),
        app_log_level=_app_log_level(host.get("logging", {}).get("logLevel", {})),
        environment=environment,
        has_home_page=environment.get("AzureWebJobsDisableHomepage", "").lower() != "true",
    )


def parse_timespan(text: str) -> timedelta:
    """Parse a .NET TimeSpan, such as `00:05:00` or `1.12:00:00`.

    Raises:
        ValueError: the text is not a TimeSpan.
    """
    match = _TIMESPAN.fullmatch(text)
    if match is None:
        raise ValueError(f"{text!r} is not a time span: write it as 00:05:00")
    return timedelta(**{unit: float(number or 0) for unit, number in match.groupdict().items()})


def format_timespan(span: timedelta) -> str:
    """Format a TimeSpan as .NET's `ToString` does."""
    minutes, seconds = divmod(span.seconds, 60)
    hours, minutes = divmod(minutes, 60)
    days = f"{span.days}." if span.days else ""
    fraction = f".{span.microseconds:06d}0" if span.microseconds else ""
    return f"{days}{hours:02}:{minutes:02}:{seconds:02}{fraction}"


def _read_json(path: Path) -> dict[str, Any]:
    try:
        content = json.loads(path.read_text("utf-8"))
    except ValueError as error:
        raise ConfigurationError(f"{path.name} is not JSON: {error}") from error
    if not isinstance(content, dict):
        raise ConfigurationError(f"{path.name} must contain a JSON object")
    return content


def _read_local_settings(path: Path) -> dict[str, str]:
    if not path.is_file():
        return {}
    settings = _read_json(path)
    if settings.get("IsEncrypted"):
        raise ConfigurationError(f"{path.name} is encrypted: run `func settings decrypt` first")
    values = settings.get("Values", {})
    invalid = [name for name, value in values.items() if not isinstance(value, str)]
    if invalid:
        raise ConfigurationError(f"{path.name}: the value of {invalid[0]} must be a string")
    return dict(values)


def _hub_name(name: str, environment: dict[str, str]) -> str:
    if name.startswith("%") and name.endswith("%"):
        name = environment.get(name[1:-1], name)
    if not _HUB_NAME.fullmatch(name):
        raise ConfigurationError(
            f"host.json: hubName {name!r} must have 3 to 45 characters of A-Z, a-z and 0-9,"
            " and must not start with 0-9"
        )
    return name


def _versions(durable: dict[str, Any]) -> Versions:
    defaults = Versions()
    return Versions(
        default=durable.get("defaultVersion"),
        match=_choice(durable, "versionMatchStrategy", defaults.match),
        on_mismatch=_choice(durable, "versionFailureStrategy", defaults.on_mismatch),
    )


def _choice(section: dict[str, Any], key: str, default: ChoiceT) -> ChoiceT:
    """Return the configured choice, ignoring case."""
    choices = type(default)
    value = str(section.get(key, default))
    for choice in choices:
        if choice.lower() == value.lower():
            return choice
    raise ConfigurationError(f"host.json: {key} must be one of {', '.join(choices)}, not {value!r}")


def _positive_integer(section: dict[str, Any], key: str, default: int) -> int:
    value = section.get(key, default)
    if not isinstance(value, int) or isinstance(value, bool) or value < 1:
        raise ConfigurationError(f"host.json: {key} must be a whole number above 0, not {value!r}")
    return value


def _body_limit(text: str | None) -> int:
    if text is None:
        return _DEFAULT_BODY_LIMIT
    if not text.isdecimal():
        raise ConfigurationError(f"{_BODY_LIMIT} must be a number of bytes, not {text!r}")
    return int(text)


def _function_timeout(text: object) -> timedelta | None:
    if text == "-1":
        return None
    try:
        timeout = parse_timespan(str(text))
    except ValueError as error:
        raise ConfigurationError(
            f"host.json: functionTimeout {error}, or -1 for no timeout"
        ) from error
    if not timeout:
        raise ConfigurationError("host.json: functionTimeout must be above 0, or -1 for no timeout")
    return timeout


def _worker_processes(text: str) -> int:
    number = int(text) if text.isdecimal() else 0
    if not 1 <= number <= MAX_PROCESSES:
        raise ConfigurationError(
            f"{_PROCESS_COUNT} must be a whole number from 1 to {MAX_PROCESSES}, not {text!r}"
        )
    return number


def _app_log_level(levels: dict[str, Any]) -> int:
    """Return the level of the category `Function`, else the default level."""
    name = str(levels.get("Function", levels.get("default", "Information")))
    level = _LOG_LEVELS.get(name.lower())
    if level is None:
        raise ConfigurationError(
            f"host.json: logLevel must be one of {', '.join(_LOG_LEVELS)}, not {name!r}"
        )
    return level
