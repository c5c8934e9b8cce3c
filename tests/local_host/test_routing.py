"""Do route templates match what ASP.NET's match?"""

import pytest

from local_host.functions import FunctionInfo
from local_host.host.web.routing import Router, full_path


def http(name: str, route: str, *methods: str) -> FunctionInfo:
    """An HTTP function."""
    return FunctionInfo(
        name=name, trigger="httpTrigger", registered_name=name, route=route, methods=methods
    )


@pytest.mark.parametrize(
    ("template", "path", "found"),
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
def test_a_template_matches(template: str, path: str, found: dict[str, str] | None) -> None:
    """Parameters, constraints, optional and catch-all segments."""
    match = Router([http("f", template)], "").find("GET", path)

    assert (match[1] if match else None) == found


@pytest.mark.parametrize(
    ("constraint", "taken", "refused"),
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
def test_a_constraint_takes_what_fits(constraint: str, taken: str, refused: str) -> None:
    """And leaves the rest unserved."""
    router = Router([http("f", f"{{x:{constraint}}}")], "")

    assert router.find("GET", f"/{taken}") is not None
    assert router.find("GET", f"/{refused}") is None


def test_the_most_exact_route_wins() -> None:
    """Literal before constraint before parameter before catch-all, however they are registered."""
    routes = ["{*rest}", "orders/{id}", "orders/{id:int}", "orders/new"]
    router = Router([http(route, route) for route in routes], "")

    paths = ["/orders/new", "/orders/7", "/orders/x", "/orders/x/y"]

    found = [router.find("GET", path) for path in paths]
    assert [match[0].name for match in found if match] == list(reversed(routes))


def test_a_method_that_does_not_fit_leaves_the_next_route_a_chance() -> None:
    """Two functions may share a route with different methods."""
    router = Router([http("get", "a", "GET"), http("post", "a", "POST")], "api")

    found = router.find("POST", "/api/a")
    assert found is not None
    assert found[0].name == "post"
    assert router.find("PUT", "/api/a") is None


def test_an_unknown_constraint_is_told_with_the_function() -> None:
    """The message names the function, for the person who starts the host."""
    with pytest.raises(ValueError, match="shop: the route constraint 'roman' is not supported"):
        Router([http("shop", "a/{b:roman}")], "")


@pytest.mark.parametrize("constraint", ["regex([)", "min(x)", "int(", "length(1,2,3)"])
def test_a_constraint_with_bad_arguments_is_told(constraint: str) -> None:
    """It is not supported in this form."""
    with pytest.raises(ValueError, match="the route constraint"):
        Router([http("shop", f"{{b:{constraint}}}")], "")


def test_the_prefix_stands_in_front() -> None:
    """As it does in `func start`'s list of functions."""
    assert full_path(http("f", "/a/b/"), "api") == "api/a/b"
    assert full_path(http("f", "/"), "") == ""
