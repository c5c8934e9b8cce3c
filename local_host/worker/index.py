"""Which functions does an app have?

Loads `function_app.py` as the real Python worker does: the folder is first on `sys.path`, one
module attribute is the app, and its `get_functions()` is asked once. Where the real worker would
find nothing and say nothing, the reason is told here.
"""

import importlib
import inspect
import json
import sys
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from azure.functions import FunctionRegister
from azure.functions.decorators.function_app import Function

from local_host.errors import AppFolderError
from local_host.functions import FunctionInfo
from local_host.worker.checks import complaints, source_of, trigger_of

_MODULE = "function_app"


@dataclass(frozen=True, slots=True)
class LoadedFunction:
    """A function of the app, ready to be called."""

    info: FunctionInfo
    call: Callable[..., Any]
    is_async: bool
    #: The parameter that takes what the trigger brings.
    trigger_parameter: str
    #: Parameters that take a durable client.
    client_parameters: tuple[str, ...]
    #: Whether the function asks for the invocation's `context`.
    wants_context: bool


@dataclass(frozen=True, slots=True)
class LoadedApp:
    """All functions of an app, by name."""

    functions: dict[str, LoadedFunction]

    @property
    def infos(self) -> list[FunctionInfo]:
        """What the host needs to know of the functions."""
        return [function.info for function in self.functions.values()]

    def named(self, trigger: str, registered_name: str) -> LoadedFunction | None:
        """The function of that trigger that callers know under this name, in any case."""
        wanted = registered_name.lower()
        for function in self.functions.values():
            info = function.info
            if info.trigger == trigger and info.registered_name.lower() == wanted:
                return function
        return None


def load_app(folder: Path) -> LoadedApp:
    """Load the app in `folder`, which must be the working directory and first on `sys.path`.

    Raises:
        AppFolderError: there is no usable `function_app.py`; the message says why.
    """
    if not (folder / f"{_MODULE}.py").is_file():
        raise AppFolderError(f"{folder} has no {_MODULE}.py: it is not a function app")
    try:
        module = importlib.import_module(_MODULE)
        functions = _app_of(module).get_functions()
    except AppFolderError:
        raise
    except BaseException as error:
        raise AppFolderError(f"{_MODULE}.py cannot be loaded: {_explain(error, folder)}") from error
    _check(functions)
    return LoadedApp({str(f.get_function_name()): _loaded(f) for f in functions})


def _check(functions: list[Function]) -> None:
    found = [
        f"{complaint} ({source_of(function.get_user_function())})"
        for function in functions
        for complaint in complaints(function)
    ]
    if found:
        more = f" (and {len(found) - 1} more of this kind)" if found[1:] else ""
        raise AppFolderError(f"the real host would not load this app: {found[0]}{more}")


def _app_of(module: object) -> FunctionRegister:
    apps = {id(v): v for v in vars(module).values() if isinstance(v, FunctionRegister)}
    if len(apps) != 1:
        found = "no app" if not apps else f"{len(apps)} apps"
        raise AppFolderError(
            f"{_MODULE}.py defines {found}: it needs exactly one DFApp at its top level"
        )
    return next(iter(apps.values()))


def _loaded(function: Function) -> LoadedFunction:
    name = str(function.get_function_name())
    details = trigger_of(function)
    call = function.get_user_function()
    bound = {str(binding.name) for binding in function.get_bindings()}
    parameters = set(inspect.signature(call).parameters)
    return LoadedFunction(
        info=_info(name, details, function.get_raw_bindings()),
        call=call,
        is_async=inspect.iscoroutinefunction(call),
        trigger_parameter=str(details["name"]),
        client_parameters=tuple(
            str(b.name) for b in function.get_bindings() if b.type == "durableClient"
        ),
        wants_context="context" in parameters - bound,
    )


def _info(name: str, details: dict[str, Any], bindings: list[str]) -> FunctionInfo:
    registered = details.get("orchestration") or details.get("activity")
    route = details.get("route")
    is_http = details["type"] == "httpTrigger"
    return FunctionInfo(
        name=name,
        trigger=str(details["type"]),
        registered_name=str(registered or details.get("entityName") or name),
        route=(str(route) if route is not None else name) if is_http else None,
        methods=tuple(_text(method).upper() for method in details.get("methods") or ()),
        auth_level=_text(details.get("authLevel") or "anonymous").lower(),
        bindings=tuple(json.loads(binding) for binding in bindings),
    )


def _text(value: object) -> str:
    return str(getattr(value, "value", value))


def _explain(error: BaseException, folder: Path) -> str:
    """The error, and the app's own line that led to it."""
    text = f"{type(error).__name__}: {error}"
    if isinstance(error, SyntaxError) and error.filename:
        return f"{text} ({error.filename}, line {error.lineno})"
    frames = [
        frame
        for frame in traceback.extract_tb(error.__traceback__)
        if Path(frame.filename).is_relative_to(folder) and ".venv" not in frame.filename
    ]
    if frames:
        return f"{text} ({frames[-1].filename}, line {frames[-1].lineno})"
    return text


def enter(folder: Path) -> None:
    """Make `folder` the working directory's twin on `sys.path`, as the real worker does."""
    text = str(folder)
    if text in sys.path:
        sys.path.remove(text)
    sys.path.insert(0, text)
