"""Routing: templates, constraints and precedence as in ASP.NET."""

import pytest

from local_host.functions import FunctionInfo
from local_host.host.web.routing import Router, full_path


def http(name: str, route: str, *methods: str) -> FunctionInfo:
    """Return an HTTP function with this route."""
    return FunctionInfo(
        name=name, trigger="httpTrigger", registered_name=name, route=route, methods=methods
    )


@pytest.mark.parametrize(
    ("template", "path", "parameters"),
    [
        ("orders/{id}", "/orders/A1", {"id": "A1"}),
        ("orders/{id}", "/orders/", None),
        ("orders/{id}", "/orders/a/b", None),
        ("orders/{id?}", "/orders", {}),
        ("orders/{id:int?}", "/orders/7", {"id": "7"}),
        ("orders/{id:int}", "/orders/x", None),
        ("{kind:alpha}/{id:guid}", "/a/not-a-guid", None),
        ("{*rest}", "/a/b%20c/d", {"rest": "a/b c/d"}),
        ("{*rest}", "/", {}),
        ("/", "/", {}),
        ("", "/x", None),
        ("a/{b}", "/a/x%2Fy", {"b": "x%2Fy"}),
        ("files/{name}.{kind}", "/files/a.b.txt", {"name": "a", "kind": "b.txt"}),
        ("files/{name}.{kind}", "/files/readme", None),
        ("{*rest:minlength(3)}", "/a/b", {"rest": "a/b"}),
        ("{*rest:minlength(4)}", "/a/b", None),
        ("{0}", "/{0}", {}),
    ],
)
def test_template_matches_path(template: str, path: str, parameters: dict[str, str] | None) -> None:
    """Templates have parameters, constraints, optional and catch-all segments."""
    match = Router([http("f", template)], "").find("GET", path)

    assert (match[1] if match else None) == parameters


@pytest.mark.parametrize(
    ("constraint", "valid", "invalid"),
    [
        ("int", "-7", "2147483648"),
        ("long", "2147483648", "x"),
        ("bool", "TRUE", "yes"),
        ("guid", "C1C1A6B5-5E2D-4E4A-9B0C-0123456789AB", "1"),
        ("double", "1.5e3", "one"),
        ("datetime", "2026-01-01", "tomorrow"),
        ("min(3)", "3", "2"),
        ("max(3)", "3", "4"),
        ("range(3,5)", "4", "x"),
        ("length(2)", "ab", "abc"),
        ("length(2,3)", "abc", "a"),
        ("maxlength(2)", "ab", "abc"),
        ("regex(^a)", "Ab", "ba"),
        ("int:min(3)", "3", "2"),
        ("file", "a.txt", "a"),
        ("nonfile", "a", "a.txt"),
    ],
)
def test_constraint_limits_the_values_of_a_parameter(
    constraint: str, valid: str, invalid: str
) -> None:
    """A path with another value has no function."""
    router = Router([http("f", f"{{x:{constraint}}}")], "")

    assert router.find("GET", f"/{valid}") is not None
    assert router.find("GET", f"/{invalid}") is None


def test_most_specific_route_has_precedence() -> None:
    """The order is literal, constraint, parameter, catch-all, whatever the registration order."""
    routes = ["{*rest}", "orders/{id}", "orders/{id:int}", "orders/new"]
    router = Router([http(route, route) for route in routes], "")

    paths = ["/orders/new", "/orders/7", "/orders/x", "/orders/x/y"]

    matches = [router.find("GET", path) for path in paths]
    assert [match[0].name for match in matches if match] == list(reversed(routes))


def test_functions_with_different_methods_share_a_route() -> None:
    """The method of the request selects the function."""
    router = Router([http("get", "a", "GET"), http("post", "a", "POST")], "api")

    match = router.find("POST", "/api/a")
    assert match is not None
    assert match[0].name == "post"
    assert router.find("PUT", "/api/a") is None


def test_unsupported_constraint_is_rejected() -> None:
    """The message names the function and the constraint."""
    with pytest.raises(ValueError, match="shop: the route constraint 'roman' is not supported"):
        Router([http("shop", "a/{b:roman}")], "")


@pytest.mark.parametrize("constraint", ["regex([)", "min(x)", "int(", "length(1,2,3)"])
def test_constraint_with_invalid_arguments_is_rejected(constraint: str) -> None:
    """The message names the constraint."""
    with pytest.raises(ValueError, match="the route constraint"):
        Router([http("shop", f"{{b:{constraint}}}")], "")


def test_full_path_starts_with_the_prefix() -> None:
    """Slashes at the ends are removed, as in the list of `func start`."""
    assert full_path(http("f", "/a/b/"), "api") == "api/a/b"
    assert full_path(http("f", "/"), "") == ""
