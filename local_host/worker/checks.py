"""Checks of the app's functions against the rules of the Functions worker for Python.

If a function breaks a rule, the real host reports "0 functions loaded" and answers every request
with 404. The local host reports the rule, the line, and the correction instead. Rules about types
are those of the SDK's own converters.
"""

import inspect
import typing
from collections.abc import Callable, Iterator
from typing import Any

from azure.functions import get_binding_registry
from azure.functions._thirdparty import typing_inspect
from azure.functions.decorators.function_app import Function

from local_host.route_templates import find_route_problems

_CONVERTERS = get_binding_registry()  # type: ignore[no-untyped-call]
#: Attributes in which the SDK's wrappers keep the function that the app defines.
_WRAPPED = ("orchestrator_function", "entity_function", "client_function")
_KINDS = {
    "activityTrigger": "activity",
    "orchestrationTrigger": "orchestrator",
    "entityTrigger": "entity",
    "httpTrigger": "HTTP function",
    "timerTrigger": "timer function",
}
_ARGUMENT_TYPES = {"httpTrigger": "func.HttpRequest", "timerTrigger": "func.TimerRequest"}


def find_problems(function: Function) -> Iterator[str]:
    """Yield the rules that the function breaks, the most serious first."""
    call = function.get_user_function()
    trigger = trigger_of(function)
    kind = _KINDS.get(trigger["type"], trigger["type"])
    label = f"{kind} {str(function.get_function_name())!r}"
    bindings = {str(b.name): str(b.type) for b in function.get_bindings() if b.name != "$return"}
    try:
        annotations = typing.get_type_hints(call)
    except Exception as error:  # noqa: BLE001 - evaluating an annotation can raise anything
        yield (
            f"{label}: an annotation cannot be resolved: {error}; "
            "import what it names at run time, not only under TYPE_CHECKING"
        )
        return
    parameters = set(inspect.signature(call).parameters)
    yield from _check_parameters(label, trigger["type"], parameters, bindings)
    yield from _check_context(label, annotations, bindings)
    for name, binding in bindings.items():
        if name in annotations:
            yield from _check_annotation(label, name, binding, annotations[name])
    if trigger["type"] == "httpTrigger":
        yield from _check_return(label, annotations)
        route = trigger.get("route") or ""
        yield from (f"{label}: {problem}" for problem in find_route_problems(route))


def trigger_of(function: Function) -> dict[str, Any]:
    """Return the binding of the trigger; the SDK rejects functions without one."""
    trigger = function.get_trigger()
    return trigger.get_dict_repr() if trigger else {}


def source_of(call: Callable[..., Any]) -> str:
    """Return the place where the app defines the function: `file, line N`."""
    for name in _WRAPPED:
        call = getattr(call, name, call)
    call = inspect.unwrap(call)
    return f"{call.__code__.co_filename}, line {call.__code__.co_firstlineno}"


def _check_parameters(
    label: str, trigger: str, parameters: set[str], bindings: dict[str, str]
) -> Iterator[str]:
    unbound = parameters - {"context"} - set(bindings)
    unused = set(bindings) - parameters
    if trigger in ("orchestrationTrigger", "entityTrigger"):
        if unused:
            yield f'{label} has context_name="{min(unused)}"; write context_name="context"'
    elif unused:
        yield (
            f"{label} binds {min(unused)!r}, which is not one of its parameters; give the "
            f"decorator the parameter's name{f', {min(unbound)!r}' if unbound else ''}"
        )
    elif unbound:
        yield (
            f"{label} has a parameter {min(unbound)!r} that no decorator binds; "
            "remove it, or bind it"
        )


def _check_context(
    label: str, annotations: dict[str, Any], bindings: dict[str, str]
) -> Iterator[str]:
    if "context" in bindings or "context" not in annotations:
        return
    annotation = annotations["context"]
    if not isinstance(annotation, type) or annotation.__name__ != "Context":
        yield (
            f"parameter 'context' of {label} is annotated {_format(annotation)}; write func.Context"
        )


def _check_annotation(
    label: str,
    name: str,
    binding: str,
    annotation: Any,  # noqa: ANN401 - any type form
) -> Iterator[str]:
    is_generic = typing_inspect.is_generic_type(annotation)  # type: ignore[no-untyped-call]
    if not isinstance(annotation, type) and not is_generic:
        yield (
            f"parameter {name!r} of {label} is annotated {_format(annotation)}: the Functions "
            f"worker rejects generic and optional annotations; write {_plain_form(annotation)}"
        )
        return
    accepts = getattr(_CONVERTERS.get(binding), "check_input_type_annotation", None)
    if accepts and annotation not in (str, bytes) and not accepts(annotation):
        expected = _ARGUMENT_TYPES.get(binding)
        yield (
            f"parameter {name!r} of {label} is annotated {_format(annotation)}, which "
            f"{binding} does not support{f'; write {expected}' if expected else ''}"
        )


def _check_return(label: str, annotations: dict[str, Any]) -> Iterator[str]:
    annotation = annotations.get("return", str)
    converter = _CONVERTERS.get("http")
    if isinstance(annotation, type) and converter.check_output_type_annotation(annotation):
        return
    yield (
        f"the return annotation of {label} is {_format(annotation)}; "
        "write func.HttpResponse or str, or leave it out"
    )


def _plain_form(annotation: Any) -> str:  # noqa: ANN401 - any type form
    """Return the annotation to write instead of a generic or optional one."""
    origin = typing.get_origin(annotation)
    if isinstance(origin, type) and origin.__module__ == "builtins":
        return f"a bare {origin.__name__}"
    members = [a for a in typing.get_args(annotation) if a is not type(None)]
    if len(members) == 1 and isinstance(members[0], type) and not typing.get_origin(members[0]):
        return members[0].__name__
    return "a plain class, or no annotation"


def _format(annotation: Any) -> str:  # noqa: ANN401 - any type form
    if isinstance(annotation, type) and typing.get_origin(annotation) is None:
        return annotation.__name__
    return str(annotation).replace("typing.", "")
