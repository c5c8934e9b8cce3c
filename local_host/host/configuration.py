"""What do host.json and local.settings.json tell the host?"""

import json
import logging
import os
import re
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from pathlib import Path
from typing import Any

from local_host.errors import BadAppFolder, BadConfiguration
from local_host.host.durable.versions import FailureStrategy, MatchStrategy, Versions
from local_host.host.timespan import parse_timespan

_HUB_NAME = re.compile(r"[A-Za-z][A-Za-z0-9]{2,44}")
_MAX_BODY = 100 * 1024 * 1024
_BODY_LIMIT = "FUNCTIONS_REQUEST_BODY_SIZE_LIMIT"
_PROCESS_COUNT = "FUNCTIONS_WORKER_PROCESS_COUNT"
_MOST_PROCESSES = 10
_LOG_LEVELS = {
    "trace": logging.DEBUG,
    "debug": logging.DEBUG,
    "information": logging.INFO,
    "warning": logging.WARNING,
    "error": logging.ERROR,
    "critical": logging.CRITICAL,
    "none": logging.CRITICAL + 1,
}


@dataclass(frozen=True, slots=True)
class Configuration:
    """The settings of one app on this host."""

    app: Path
    hub_name: str
    route_prefix: str
    activities_at_once: int
    orchestrators_at_once: int
    versions: Versions
    #: Largest request body in bytes (app setting FUNCTIONS_REQUEST_BODY_SIZE_LIMIT).
    largest_body: int
    #: How long a function may run; None for as long as it wants.
    function_timeout: timedelta | None
    #: How many processes run the app's functions (app setting FUNCTIONS_WORKER_PROCESS_COUNT).
    worker_processes: int
    #: The least level of the app's own log lines, as `logging` counts.
    app_log_level: int
    #: What the worker's environment gets: the process's own, over local.settings.json.
    environment: dict[str, str]
    #: Whether `/` shows that the app runs (app setting AzureWebJobsDisableHomepage).
    has_home_page: bool = True
    #: Whether callers need keys, as on Azure.
    asks_for_keys: bool = False


def read_configuration(app: Path) -> Configuration:
    """Read both files; local.settings.json may be missing, as on Azure.

    Raises:
        BadAppFolder: there is no host.json.
        BadConfiguration: a file cannot be used; the message says which, and why.
    """
    if not (app / "host.json").is_file():
        raise BadAppFolder(f"{app} has no host.json: it is not a function app")
    host = _read_json(app / "host.json")
    if host.get("version") != "2.0":
        raise BadConfiguration('host.json: "version" must be "2.0"')
    environment = {**_local_settings(app / "local.settings.json"), **os.environ}
    extensions = host.get("extensions", {})
    durable = extensions.get("durableTask", {})
    default_at_once = 10 * (os.cpu_count() or 1)
    return Configuration(
        app=app,
        hub_name=_hub_name(durable.get("hubName", "TestHubName"), environment),
        route_prefix=extensions.get("http", {}).get("routePrefix", "api").strip("/"),
        activities_at_once=_positive(durable, "maxConcurrentActivityFunctions", default_at_once),
        orchestrators_at_once=_positive(
            durable, "maxConcurrentOrchestratorFunctions", default_at_once
        ),
        versions=_versions(durable),
        largest_body=_largest_body(environment.get(_BODY_LIMIT)),
        function_timeout=_function_timeout(host.get("functionTimeout", "00:05:00")),
        worker_processes=_worker_processes(environment.get(_PROCESS_COUNT, "1")),
        app_log_level=_app_log_level(host.get("logging", {}).get("logLevel", {})),
        environment=environment,
        has_home_page=environment.get("AzureWebJobsDisableHomepage", "").lower() != "true",
    )


def _read_json(path: Path) -> dict[str, Any]:
    try:
        content = json.loads(path.read_text("utf-8"))
    except ValueError as error:
        raise BadConfiguration(f"{path.name} is not JSON: {error}") from error
    if not isinstance(content, dict):
        raise BadConfiguration(f"{path.name} must hold a JSON object")
    return content


def _local_settings(path: Path) -> dict[str, str]:
    if not path.is_file():
        return {}
    settings = _read_json(path)
    if settings.get("IsEncrypted"):
        raise BadConfiguration(
            f"{path.name} is encrypted: run `func settings decrypt` before using it here"
        )
    values = settings.get("Values", {})
    wrong = [name for name, value in values.items() if not isinstance(value, str)]
    if wrong:
        raise BadConfiguration(f"{path.name}: the value of {wrong[0]} must be a string")
    return dict(values)


def _hub_name(name: str, environment: dict[str, str]) -> str:
    if name.startswith("%") and name.endswith("%"):
        name = environment.get(name[1:-1], name)
    if not _HUB_NAME.fullmatch(name):
        raise BadConfiguration(
            f"host.json: hubName {name!r} must be 3 to 45 letters and digits, a letter first"
        )
    return name


def _versions(durable: dict[str, Any]) -> Versions:
    known = Versions()
    return Versions(
        default=durable.get("defaultVersion"),
        match=MatchStrategy(_one_of(durable, "versionMatchStrategy", MatchStrategy, known.match)),
        on_mismatch=FailureStrategy(
            _one_of(durable, "versionFailureStrategy", FailureStrategy, known.on_mismatch)
        ),
    )


def _one_of(section: dict[str, Any], key: str, choices: type[StrEnum], default: str) -> str:
    """The choice that is set, in any case."""
    value = str(section.get(key, default))
    for choice in choices:
        if choice.lower() == value.lower():
            return choice
    raise BadConfiguration(f"host.json: {key} {value!r} is none of {', '.join(choices)}")


def _positive(section: dict[str, Any], key: str, default: int) -> int:
    value = section.get(key, default)
    if not isinstance(value, int) or isinstance(value, bool) or value < 1:
        raise BadConfiguration(f"host.json: {key} must be a whole number above 0, not {value!r}")
    return value


def _largest_body(text: str | None) -> int:
    if text is None:
        return _MAX_BODY
    if not text.isdecimal():
        raise BadConfiguration(f"{_BODY_LIMIT} must be a number of bytes, not {text!r}")
    return int(text)


def _function_timeout(text: object) -> timedelta | None:
    if text == "-1":
        return None
    try:
        timeout = parse_timespan(str(text))
    except ValueError as error:
        raise BadConfiguration(f"host.json: functionTimeout {error}, or -1 for none") from error
    if not timeout:
        raise BadConfiguration("host.json: functionTimeout must be above 0, or -1 for none")
    return timeout


def _worker_processes(text: str) -> int:
    number = int(text) if text.isdecimal() else 0
    if not 1 <= number <= _MOST_PROCESSES:
        raise BadConfiguration(
            f"{_PROCESS_COUNT} must be a whole number from 1 to {_MOST_PROCESSES}, not {text!r}"
        )
    return number


def _app_log_level(levels: dict[str, Any]) -> int:
    """What host.json says of `Function`, or else of everything."""
    name = str(levels.get("Function", levels.get("default", "Information")))
    level = _LOG_LEVELS.get(name.lower())
    if level is None:
        raise BadConfiguration(f"host.json: logLevel {name!r} is none of {', '.join(_LOG_LEVELS)}")
    return level
