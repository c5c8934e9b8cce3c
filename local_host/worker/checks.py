"""Would the real worker index this function?

Where it would not, the real host says "0 functions loaded" and answers 404 to everything. Here the
reason is told, with the line, and what to write instead. The rules are those of the Functions
worker for Python; what they say of a type is asked of the SDK's own converters.
"""

import inspect
import typing
from collections.abc import Callable, Iterator
from typing import Any

from azure.functions import get_binding_registry
from azure.functions._thirdparty import typing_inspect
from azure.functions.decorators.function_app import Function

from local_host.host.web.routing import check_route

_CONVERTERS = get_binding_registry()  # type: ignore[no-untyped-call]
#: What the SDK's wrappers keep of the function that the app wrote.
_WRAPPED = ("orchestrator_function", "entity_function", "client_function")
_KINDS = {
    "activityTrigger": "activity",
    "orchestrationTrigger": "orchestrator",
    "entityTrigger": "entity",
    "httpTrigger": "HTTP function",
    "timerTrigger": "timer function",
}


def complaints(function: Function) -> Iterator[str]:
    """What the real worker has against the function, worst first; nothing where it takes it."""
    call = function.get_user_function()
    trigger = trigger_of(function)
    who = f"{_KINDS.get(trigger['type'], trigger['type'])} {str(function.get_function_name())!r}"
    bindings = {str(b.name): str(b.type) for b in function.get_bindings() if b.name != "$return"}
    try:
        annotations = typing.get_type_hints(call)
    except Exception as error:  # noqa: BLE001 (an annotation as text may raise anything)
        yield (
            f"{who}: an annotation cannot be resolved: {error}; "
            "what it names must exist at run time, not only under TYPE_CHECKING"
        )
        return
    yield from _parameters(who, trigger["type"], set(inspect.signature(call).parameters), bindings)
    yield from _context(who, annotations, bindings)
    for name, kind in bindings.items():
        if name in annotations:
            yield from _annotation(who, name, kind, annotations[name])
    if trigger["type"] == "httpTrigger":
        yield from _return(who, annotations)
        yield from (f"{who}: {complaint}" for complaint in check_route(trigger.get("route") or ""))


def trigger_of(function: Function) -> dict[str, Any]:
    """The trigger's binding as the SDK writes it; the SDK refuses a function without one."""
    trigger = function.get_trigger()
    return trigger.get_dict_repr() if trigger else {}


def source_of(call: Callable[..., Any]) -> str:
    """`file, line N`: where the app wrote the function."""
    for name in _WRAPPED:
        call = getattr(call, name, call)
    call = inspect.unwrap(call)
    return f"{call.__code__.co_filename}, line {call.__code__.co_firstlineno}"


def _parameters(
    who: str, trigger: str, declared: set[str], bindings: dict[str, str]
) -> Iterator[str]:
    unbound = declared - {"context"} - set(bindings)
    unused = set(bindings) - declared
    if trigger in ("orchestrationTrigger", "entityTrigger"):
        if unused:
            yield f'{who} has context_name="{min(unused)}"; write context_name="context"'
    elif unused:
        yield (
            f"{who} binds {min(unused)!r}, which is not one of its parameters; give the decorator "
            f"the parameter's name{f', {min(unbound)!r}' if unbound else ''}"
        )
    elif unbound:
        yield (
            f"{who} has a parameter {min(unbound)!r} that no decorator binds; remove it, or bind it"
        )


def _context(who: str, annotations: dict[str, Any], bindings: dict[str, str]) -> Iterator[str]:
    if "context" in bindings or "context" not in annotations:
        return
    found = annotations["context"]
    if not isinstance(found, type) or found.__name__ != "Context":
        yield f"parameter 'context' of {who} is annotated {_shown(found)}; write func.Context"


def _annotation(who: str, name: str, binding: str, found: Any) -> Iterator[str]:  # noqa: ANN401 (a type)
    generic = typing_inspect.is_generic_type(found)  # type: ignore[no-untyped-call]
    if not isinstance(found, type) and not generic:
        yield (
            f"parameter {name!r} of {who} is annotated {_shown(found)}: the Functions worker "
            f"refuses generic and optional annotations; write {_bare(found)}"
        )
        return
    converter = _CONVERTERS.get(binding)
    takes = getattr(converter, "check_input_type_annotation", None)
    if takes and found not in (str, bytes) and not takes(found):
        yield (
            f"parameter {name!r} of {who} is annotated {_shown(found)}, which is not what a "
            f"{binding} brings{_wanted(binding)}"
        )


def _return(who: str, annotations: dict[str, Any]) -> Iterator[str]:
    found = annotations.get("return", str)
    converter = _CONVERTERS.get("http")
    if isinstance(found, type) and converter.check_output_type_annotation(found):
        return
    yield (
        f"the return annotation of {who} is {_shown(found)}; "
        "write func.HttpResponse or str, or leave it out"
    )


def _wanted(binding: str) -> str:
    wanted = {"httpTrigger": "func.HttpRequest", "timerTrigger": "func.TimerRequest"}.get(binding)
    return f"; write {wanted}" if wanted else ""


def _bare(found: Any) -> str:  # noqa: ANN401 (a type)
    origin = typing.get_origin(found)
    if isinstance(origin, type) and origin.__module__ == "builtins":
        return f"a bare {origin.__name__}"
    plain = [a for a in typing.get_args(found) if a is not type(None)]
    bare = len(plain) == 1 and isinstance(plain[0], type) and typing.get_origin(plain[0]) is None
    return plain[0].__name__ if bare else "a plain class, or no annotation"


def _shown(found: Any) -> str:  # noqa: ANN401 (a type)
    if isinstance(found, type) and typing.get_origin(found) is None:
        return found.__name__
    return str(found).replace("typing.", "")
