"""Rules of trigger functions and of the names that they are called by."""

import ast
from collections.abc import Iterator
from pathlib import Path

from tests.architecture.source import ROOT, FunctionDef, Source, sources

#: The folders whose functions are called by the host.
TRIGGERS = ("api", "timers", "orchestrators", "activities", "entities")

#: The annotations of trigger parameters that the real worker accepts: classes, never generic ones.
PLAIN = {
    *("dict", "str"),
    *("Context", "df.DurableEntityContext", "df.DurableOrchestrationClient"),
    *("df.DurableOrchestrationContext", "func.HttpRequest", "func.TimerRequest"),
}


def trigger_functions(root: Path = ROOT) -> list[tuple[Source, FunctionDef]]:
    """Return the functions that a blueprint or the endpoint decorator registers."""
    found = [
        (source, function)
        for source in sources(*TRIGGERS, root=root)
        for function in source.functions()
        if any(_registers(decorator, _blueprints(source)) for decorator in function.decorator_list)
    ]
    assert found, "no trigger function was found"
    return found


def generic_parameters(root: Path = ROOT) -> list[str]:
    """Return the trigger parameters whose annotation the real worker would refuse."""
    return [
        f"{source.name}:{argument.lineno} {argument.arg}: {ast.unparse(argument.annotation)}"
        for source, function in trigger_functions(root)
        for argument in _parameters(function)
        if argument.annotation and ast.unparse(argument.annotation) not in PLAIN
    ]


def quoted_calls(root: Path = ROOT) -> list[str]:
    """Return the calls in orchestrators that name their target by a string of their own."""
    calls = [
        (source, call)
        for source in sources("orchestrators", root=root)
        for call in source.calls()
        if isinstance(call.func, ast.Attribute) and call.func.attr.startswith("call_")
    ]
    assert calls, "no orchestrator calls anything"
    return [
        f"{source.name}:{call.lineno}"
        for source, call in calls
        for argument in call.args[:1]
        if isinstance(argument, ast.Constant | ast.JoinedStr)
    ]


def _registers(decorator: ast.expr, blueprints: set[str]) -> bool:
    names = {node.id for node in ast.walk(decorator) if isinstance(node, ast.Name)}
    called = decorator.func if isinstance(decorator, ast.Call) else decorator
    return bool(names & blueprints) or ast.unparse(called).split(".")[-1] == "endpoint"


def _blueprints(source: Source) -> set[str]:
    """Return the names of the blueprints that a file makes or imports."""
    made = {
        target.id
        for node in source.nodes
        if isinstance(node, ast.Assign) and _makes_a_blueprint(node.value)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    return made | {"bp"}


def _makes_a_blueprint(value: ast.expr) -> bool:
    return isinstance(value, ast.Call) and ast.unparse(value.func).endswith(("Blueprint", "App"))


def _parameters(function: FunctionDef) -> Iterator[ast.arg]:
    arguments = function.args
    yield from (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs)
    yield from (argument for argument in (arguments.vararg, arguments.kwarg) if argument)
