"""Do the names on the wire and the registered functions agree?"""

import ast
from typing import Any

import pytest

import function_app
from orders.contracts.names import Activity, Endpoint, Orchestration
from tests.shop import APP


def registered(kind: str, field: str) -> list[str]:
    """The names under which functions with this trigger are registered."""
    bindings = [
        binding.get_dict_repr()
        for builder in function_app.app._function_builders
        for binding in _bindings(builder)
    ]
    return sorted(str(binding[field]) for binding in bindings if binding.get("type") == kind)


def _bindings(builder: Any) -> Any:  # noqa: ANN401 - the SDK's
    return builder._function.get_bindings()


@pytest.mark.parametrize(
    ("kind", "field", "names"),
    [
        ("activityTrigger", "activity", Activity),
        ("orchestrationTrigger", "orchestration", Orchestration),
    ],
)
def test_what_is_named_is_registered_and_nothing_else(kind: str, field: str, names: Any) -> None:  # noqa: ANN401 - an enum
    """A misspelled name would hang an order for ever on the real host."""
    assert registered(kind, field) == sorted(names)


def test_every_http_function_has_its_name() -> None:
    """The names that keys and logs are kept under."""
    names = {str(builder._function.get_function_name()) for builder in _http_functions()}

    assert names == set(Endpoint)


def test_every_http_function_asks_for_a_key() -> None:
    """On Azure, an order route without a function key is refused."""
    function_app.app.get_functions()  # the app's level is given to its functions here
    levels = {
        str(binding.get_dict_repr()["authLevel"].value)
        for builder in _http_functions()
        for binding in _bindings(builder)
        if binding.get_dict_repr()["type"] == "httpTrigger"
    }

    assert levels == {"function"}


def test_orchestrators_call_activities_by_the_shared_names() -> None:
    """A name in quotes could be misspelled; nobody would notice before it hangs."""
    quoted = [
        f"{source.name}:{node.lineno}"
        for source in (APP / "orchestrators").glob("*.py")
        for node in ast.walk(ast.parse(source.read_text()))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr.startswith("call_")
        and isinstance(node.args[0], ast.Constant)
    ]

    assert quoted == []


def test_no_trigger_parameter_has_a_generic_annotation() -> None:
    """The real worker refuses `dict[str, Any]` and `str | None` there, and says so nowhere."""
    plain = {
        "dict",
        "str",
        "Context",
        "func.HttpRequest",
        "func.TimerRequest",
        "df.DurableOrchestrationClient",
    }
    annotations = {
        ast.unparse(argument.annotation)
        for room in ("activities", "api", "orchestrators")
        for source in (APP / room).glob("*.py")
        for node in ast.walk(ast.parse(source.read_text()))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.decorator_list
        for argument in node.args.args
        if argument.annotation and "bp." in ast.unparse(node.decorator_list[0])
    }

    assert annotations <= plain


def _http_functions() -> list[Any]:
    return [
        builder
        for builder in function_app.app._function_builders
        if any(binding.get_dict_repr()["type"] == "httpTrigger" for binding in _bindings(builder))
    ]
