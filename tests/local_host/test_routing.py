"""Do route templates match what ASP.NET's match?"""

import pytest

from local_host.functions import FunctionInfo
from local_host.web.routing import Router, full_path


def http(name: str, route: str, *methods: str) -> FunctionInfo:
    """An HTTP function."""
    return FunctionInfo(name, "httpTrigger", name, route, methods)


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
    ],
)
def test_a_template_matches(template: str, path: str, found: dict[str, str] | None) -> None:
    """Parameters, constraints, optional and catch-all segments."""
    match = Router([http("f", template)], "").find("GET", path)

    assert (match[1] if match else None) == found


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
    with pytest.raises(ValueError, match="shop: the route constraint 'roman' is not known"):
        Router([http("shop", "a/{b:roman}")], "")


def test_the_prefix_stands_in_front() -> None:
    """As it does in `func start`'s list of functions."""
    assert full_path(http("f", "/a/b/"), "api") == "api/a/b"
    assert full_path(http("f", "/"), "") == ""
