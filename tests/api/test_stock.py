"""Stock levels, and changes that are applied once."""

from typing import Any

import pytest

import entities.stock
from api.stock import changes
from local_host.testing import Response
from tests.faults import FailingStock
from tests.shop import Shop

SKU = "TEAPOT-IRON"


def change(shop: Shop, action: str, body: object, key: str | None = "k") -> Response:
    """Request a change of stock."""
    headers = {"Idempotency-Key": key} if key else {}
    return shop.app.request("POST", f"/api/stock/{SKU}/{action}", json=body, headers=headers)


def available(shop: Shop) -> int:
    """Return the available units."""
    units: int = shop.app.request("GET", f"/api/stock/{SKU}").json()["available"]
    return units


def test_unchanged_product_shows_its_opening_balance(shop: Shop) -> None:
    """No entity has to be seeded."""
    view = shop.app.request("GET", f"/api/stock/{SKU}").json()

    assert view == {
        "sku": SKU,
        "name": "Cast-iron teapot, 0.8 l",
        "available": 3000,
        "reserved": 0,
        "sold": 0,
        "links": {"self": f"/api/stock/{SKU}"},
    }


def test_restock_is_applied_once(shop: Shop) -> None:
    """A repeated key returns the same response."""
    responses = [change(shop, "restock", {"quantity": 20}) for _ in range(3)]

    assert [(r.status, r.json()["available"]) for r in responses] == [(200, 3020)] * 3


def test_adjustment_takes_units(shop: Shop) -> None:
    """With a reason."""
    response = change(shop, "adjust", {"units": -2, "reason": "broken in the shop"})

    assert (response.status, response.json()["available"]) == (200, 2998)


def test_adjustment_below_zero_is_refused(shop: Shop) -> None:
    """The response says how many units are available."""
    response = change(shop, "adjust", {"units": -3001, "reason": "a count"})

    assert response.status == 409
    assert response.json()["type"].endswith("insufficient-stock")
    assert "Only 3000 units are available" in response.json()["detail"]
    assert available(shop) == 3000


def test_key_with_another_change_is_refused(shop: Shop) -> None:
    """The first change is unaffected."""
    change(shop, "restock", {"quantity": 20})

    second = change(shop, "restock", {"quantity": 30})

    assert second.status == 422
    assert second.json()["type"].endswith("idempotency-key-reused")


def test_refused_change_is_answered_as_the_first_time(shop: Shop) -> None:
    """Although there are enough units later; a new key asks anew."""
    take = {"units": -3001, "reason": "a count"}
    first = change(shop, "adjust", take)
    change(shop, "restock", {"quantity": 20}, "delivery")

    responses = [change(shop, "adjust", take), change(shop, "adjust", take, "again")]

    assert [response.status for response in (first, *responses)] == [409, 409, 200]
    assert responses[0].json() == first.json()


def test_repeated_key_is_known_however_many_changes_came_later(shop: Shop) -> None:
    """Its answer is that of the first time, and its orchestration may be purged."""
    first = change(shop, "restock", {"quantity": 20}, "first")
    for number in range(120):
        assert change(shop, "restock", {"quantity": 1}, f"later-{number}").status == 200
    shop.let_minutes_pass(3)

    repeated = change(shop, "restock", {"quantity": 20}, "first")

    assert (repeated.status, repeated.json()) == (200, first.json())
    assert available(shop) == 3140


@pytest.mark.parametrize("fault", [{"before": 1}, {"after": 1}])
def test_failed_change_is_applied_once_it_is_repeated(
    shop: Shop, monkeypatch: pytest.MonkeyPatch, fault: dict[str, int]
) -> None:
    """With the same key, as the first response says."""
    monkeypatch.setattr(entities.stock, "_apply", FailingStock("adjust", **fault))

    responses = [change(shop, "restock", {"quantity": 20}) for _ in range(3)]

    assert [response.status for response in responses] == [503, 200, 200]
    assert responses[-1].json()["available"] == 3020


def test_slow_change_is_accepted_before_it_is_applied(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The response links to the level."""
    monkeypatch.setattr(changes, "MAX_WAIT_SECONDS", 0.0)

    response = change(shop, "restock", {"quantity": 20})
    shop.app.wait_until_idle()

    assert (response.status, response.headers["location"]) == (202, f"/api/stock/{SKU}")
    assert available(shop) == 3020


@pytest.mark.parametrize(
    ("action", "body", "field"),
    [
        ("restock", {}, "quantity"),
        ("restock", {"quantity": 0}, "quantity"),
        ("restock", {"quantity": "3"}, "quantity"),
        ("restock", {"quantity": 3, "color": "blue"}, "color"),
        ("adjust", {"units": 0, "reason": "x"}, "units"),
        ("adjust", {"units": -1}, "reason"),
        ("adjust", {"units": 1.5, "reason": "x"}, "units"),
    ],
)
def test_invalid_change_names_its_field(shop: Shop, action: str, body: Any, field: str) -> None:  # noqa: ANN401 - JSON
    """Nothing changes."""
    response = change(shop, action, body)

    assert response.status == 422
    assert [error["field"] for error in response.json()["errors"]] == [field]
    assert available(shop) == 3000


def test_change_requires_an_idempotency_key(shop: Shop) -> None:
    """Without one, a repeated request would count twice."""
    assert change(shop, "restock", {"quantity": 1}, key=None).status == 400


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", "/api/stock/NOTHING"), ("POST", "/api/stock/NOTHING/restock")],
)
def test_unknown_product_is_404(shop: Shop, method: str, path: str) -> None:
    """For reading and for changing."""
    response = shop.app.request(method, path, json={"quantity": 1})

    assert response.status == 404
    assert response.json()["type"].endswith("product-not-found")
