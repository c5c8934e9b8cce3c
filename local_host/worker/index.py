"""Indexing of an app: load `function_app.py` and list its functions.

It works as in the real Python worker: the folder is first on `sys.path`, one module attribute is
the app, and its `get_functions()` is called once. Where the real worker silently finds no
functions, the reason is reported.
"""

import importlib
import inspect
import json
import sys
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from azure.functions import FunctionRegister
from azure.functions.decorators.function_app import Function

from local_host.errors import AppFolderError
from local_host.functions import FunctionInfo
from local_host.worker.checks import find_problems, source_of, trigger_of

_MODULE = "function_app"
_HISTORY_EVENT_MODULE = "azure.durable_functions.models.history.HistoryEvent"


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadedFunction:
    """A function of the app, ready to be called."""

    info: FunctionInfo
    call: Callable[..., Any]
    is_async: bool
    #: The parameter for the trigger's data.
    trigger_parameter: str
    #: The parameters for a durable client.
    client_parameters: tuple[str, ...]
    #: Whether the function has a parameter for the `context` of the invocation.
    has_context: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadedApp:
    """All functions of an app, by Python name."""

    functions: dict[str, LoadedFunction]

    @property
    def infos(self) -> list[FunctionInfo]:
        """The descriptions of all functions."""
        return [function.info for function in self.functions.values()]

    def find(self, trigger: str, registered_name: str) -> LoadedFunction | None:
        """Return the function with this trigger and registered name, ignoring case."""
        key = registered_name.lower()
        for function in self.functions.values():
            info = function.info
            if info.trigger == trigger and info.registered_name.lower() == key:
                return function
        return None


def speed_up_replays() -> None:
    """Let the SDK parse timestamps with `datetime.fromisoformat` instead of dateutil.

    dateutil takes two thirds of the time of a replay. The host writes a single format, which both
    read to the same instant. On Azure, the SDK runs unchanged.
    """
    # `import … as` would bind the class: the SDK's package exports it under the module's name.
    vars(importlib.import_module(_HISTORY_EVENT_MODULE))["dt_parse"] = datetime.fromisoformat


def load_app(folder: Path) -> LoadedApp:
    """Load the app in `folder`, which becomes first on `sys.path`.

    Raises:
        AppFolderError: there is no usable `function_app.py`; the message says why.
    """
    if not (folder / f"{_MODULE}.py").is_file():
        raise AppFolderError(
            f"{folder} has no {_MODULE}.py: it is not a function app; choose its folder with --app"
        )
    _put_first_on_path(folder)
    try:
        module = importlib.import_module(_MODULE)
        functions = _find_app(module).get_functions()
    except AppFolderError:
        raise
    except BaseException as error:
        reason = _describe(error, folder)
        raise AppFolderError(f"{_MODULE}.py cannot be loaded: {reason}") from error
    _check(functions)
    return LoadedApp(functions={str(f.get_function_name()): _load_function(f) for f in functions})


def _put_first_on_path(folder: Path) -> None:
    path = str(folder)
    if path in sys.path:
        sys.path.remove(path)
    sys.path.insert(0, path)


def _find_app(module: object) -> FunctionRegister:
    apps = {id(v): v for v in vars(module).values() if isinstance(v, FunctionRegister)}
    if len(apps) != 1:
        count = "no app" if not apps else f"{len(apps)} apps"
        raise AppFolderError(
            f"{_MODULE}.py defines {count}; define exactly one DFApp at its top level"
        )
    return next(iter(apps.values()))


def _check(functions: list[Function]) -> None:
    problems = [
        f"{problem} ({source_of(function.get_user_function())})"
        for function in functions
        for problem in find_problems(function)
    ]
    if problems:
        more = f" (and {len(problems) - 1} more problems)" if problems[1:] else ""
        raise AppFolderError(f"the real host would not load this app: {problems[0]}{more}")


def _load_function(function: Function) -> LoadedFunction:
    name = str(function.get_function_name())
    trigger = trigger_of(function)
    call = function.get_user_function()
    bindings = function.get_bindings()
    unbound = set(inspect.signature(call).parameters) - {str(b.name) for b in bindings}
    return LoadedFunction(
        info=_info(name, trigger, function.get_raw_bindings()),
        call=call,
        is_async=inspect.iscoroutinefunction(call),
        trigger_parameter=str(trigger["name"]),
        client_parameters=tuple(str(b.name) for b in bindings if b.type == "durableClient"),
        has_context="context" in unbound,
    )


def _info(name: str, trigger: dict[str, Any], bindings: list[str]) -> FunctionInfo:
    registered = (
        trigger.get("orchestration") or trigger.get("activity") or trigger.get("entityName")
    )
    route = trigger.get("route")
    is_http = trigger["type"] == "httpTrigger"
    return FunctionInfo(
        name=name,
        trigger=str(trigger["type"]),
        registered_name=str(registered or name),
        route=(str(route) if route is not None else name) if is_http else None,
        methods=tuple(_text(method).upper() for method in trigger.get("methods") or ()),
        auth_level=_text(trigger.get("authLevel") or "anonymous").lower(),
        bindings=tuple(json.loads(binding) for binding in bindings),
    )


def _text(value: object) -> str:
    return str(getattr(value, "value", value))


def _describe(error: BaseException, folder: Path) -> str:
    """Return the error and the line of the app that caused it."""
    if isinstance(error, SyntaxError) and error.filename:
        return f"{type(error).__name__}: {error.msg} ({error.filename}, line {error.lineno})"
    text = f"{type(error).__name__}: {error}"
    frames = [
        frame
        for frame in traceback.extract_tb(error.__traceback__)
        if Path(frame.filename).is_relative_to(folder) and ".venv" not in frame.filename
    ]
    if frames:
        return f"{text} ({frames[-1].filename}, line {frames[-1].lineno})"
    return text
