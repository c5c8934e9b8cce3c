"""Names on the wire are those of registered functions, whose signatures the host accepts."""

from pathlib import Path
from typing import Any

import pytest

import function_app
from orders.contracts.names import (
    Activity,
    Endpoint,
    Entity,
    Orchestration,
    StockActivity,
    Timer,
)
from tests.architecture import triggers
from tests.architecture.source import write


def bindings(builder: Any) -> list[dict[str, Any]]:  # noqa: ANN401 - the SDK's builder is untyped
    """Return the bindings of a registered function."""
    return [binding.get_dict_repr() for binding in builder._function.get_bindings()]


def registered(kind: str) -> list[Any]:
    """Return the registered functions with this trigger."""
    return [
        builder
        for builder in function_app.app._function_builders
        if any(binding["type"] == kind for binding in bindings(builder))
    ]


def names(kind: str, field: str) -> list[str]:
    """Return the names that functions with this trigger are called by."""
    triggers_of = [binding for builder in registered(kind) for binding in bindings(builder)]
    return sorted(str(binding[field]) for binding in triggers_of if binding["type"] == kind)


@pytest.mark.parametrize(
    ("kind", "field", "expected"),
    [
        ("activityTrigger", "activity", [*Activity, *StockActivity]),
        ("orchestrationTrigger", "orchestration", Orchestration),
    ],
)
def test_names_are_those_of_the_registered_functions(kind: str, field: str, expected: Any) -> None:  # noqa: ANN401 - an enum class
    """On the real host, a call by a wrong name never ends."""
    assert names(kind, field) == sorted(expected)


@pytest.mark.parametrize(
    ("kind", "expected"),
    [("httpTrigger", Endpoint), ("timerTrigger", Timer), ("entityTrigger", Entity)],
)
def test_functions_have_the_names_of_the_contract(kind: str, expected: Any) -> None:  # noqa: ANN401 - an enum class
    """Keys and logs use the function names."""
    assert {str(b._function.get_function_name()) for b in registered(kind)} == set(expected)


def test_every_http_function_but_three_requires_a_key() -> None:
    """On Azure, a request without a function key is refused.

    Monitors have none, and the events of partners are signed.
    """
    function_app.app.get_functions()  # applies the level of the app to its functions
    levels = {
        str(builder._function.get_function_name()): str(binding["authLevel"].value)
        for builder in registered("httpTrigger")
        for binding in bindings(builder)
        if binding["type"] == "httpTrigger"
    }

    anonymous = {
        *(Endpoint.GET_HEALTH, Endpoint.RECEIVE_PAYMENT_EVENT, Endpoint.RECEIVE_CARRIER_EVENT)
    }
    assert {levels.pop(name) for name in anonymous} == {"anonymous"}
    assert set(levels.values()) == {"function"}


def test_orchestrators_call_activities_by_the_shared_names() -> None:
    """A misspelled string would show only at run time."""
    assert triggers.quoted_calls() == []


def test_no_trigger_parameter_has_a_generic_annotation() -> None:
    """The real worker refuses `dict[str, Any]` and `str | None` there, without a message."""
    assert triggers.generic_parameters() == []


def test_guard_sees_every_registered_function() -> None:
    """What the rules of triggers read is all that is registered."""
    assert len(triggers.trigger_functions()) == len(function_app.app._function_builders)


HEAD = "bp = df.Blueprint()\n\n"
TRIGGER = "@bp.route(route='api/orders')\nasync def place_order(req: {annotation}) -> None: ...\n"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A small project that satisfies the rules of triggers."""
    trigger = HEAD + TRIGGER.format(annotation="func.HttpRequest")
    write(tmp_path, {f"{place}/functions.py": trigger for place in triggers.TRIGGERS})
    write(tmp_path, {"orchestrators/steps.py": "context.call_activity(Activity.SHIP_ORDER)"})
    return tmp_path


@pytest.mark.parametrize(
    "annotation", ["dict[str, Any] | None", "dict[str, Any]", "str | None", "Optional[str]", "Any"]
)
@pytest.mark.parametrize("place", ["api/orders/deep", "timers/sub", "activities", "entities/a/b"])
def test_guard_notices_a_generic_annotation(project: Path, place: str, annotation: str) -> None:
    """In every folder of triggers, at any depth."""
    assert triggers.generic_parameters(project) == []

    write(project, {f"{place}/new.py": HEAD + TRIGGER.format(annotation=annotation)})

    assert len(triggers.generic_parameters(project)) == 1


@pytest.mark.parametrize(
    "decorators",
    [
        "@endpoint(Endpoint.PLACE_ORDER, bp)",
        "@endpoint(route='api/orders')",
        "@http.endpoint",
        "@wraps(x)\n@bp.durable_client_input(client_name='client')",
        "@registered(shop)",
    ],
)
def test_guard_notices_every_kind_of_trigger(project: Path, decorators: str) -> None:
    """A decorator that has to do with a blueprint, wherever it is in the list."""
    function = "def place_order(*, client: dict[str, Any] | None) -> None: ...\n"

    write(project, {"api/orders/new.py": f"shop = df.Blueprint()\n{decorators}\n{function}"})

    assert len(triggers.generic_parameters(project)) == 1


def test_guard_notices_a_quoted_call(project: Path) -> None:
    """In sub-folders of the orchestrators, too."""
    assert triggers.quoted_calls(project) == []

    write(project, {"orchestrators/deep/er.py": "yield context.call_activity('shipOrder')"})

    assert triggers.quoted_calls(project) == ["orchestrators/deep/er.py:1"]


def test_guard_without_functions_fails(tmp_path: Path) -> None:
    """A guard that saw nothing proves nothing."""
    write(tmp_path, {f"{place}/helpers.py": "x = 1\n" for place in triggers.TRIGGERS})

    for guard in (triggers.generic_parameters, triggers.quoted_calls):
        with pytest.raises(AssertionError):
            guard(tmp_path)
