"""Can a person see and change stock, once, and with a clear word where it cannot be?"""

from typing import Any

import pytest

import entities.stock
from api.stock import changes
from local_host.testing import Response
from tests.faults import FailingStock
from tests.shop import Shop

SKU = "TEAPOT-IRON"


def change(
    shop: Shop, action: str, body: object, key: str | None = "k", sku: str = SKU
) -> Response:
    """Ask for a change of stock."""
    headers = {"Idempotency-Key": key} if key else {}
    return shop.app.request("POST", f"/api/stock/{sku}/{action}", json=body, headers=headers)


def test_an_untouched_product_shows_its_opening_balance(shop: Shop) -> None:
    """Nothing has to be seeded."""
    shown = shop.app.request("GET", f"/api/stock/{SKU}").json()

    assert shown == {
        "sku": SKU,
        "name": "Cast-iron teapot, 0.8 l",
        "available": 3000,
        "reserved": 0,
        "sold": 0,
        "links": {"self": f"/api/stock/{SKU}"},
    }


def test_units_that_come_in_are_added_once(shop: Shop) -> None:
    """The same key gives the same answer and changes nothing more."""
    answers = [change(shop, "restock", {"quantity": 20}) for _ in range(3)]

    assert [(a.status, a.json()["available"]) for a in answers] == [(200, 3020)] * 3


def test_units_are_taken_with_a_reason(shop: Shop) -> None:
    """A breakage is an adjustment."""
    answer = change(shop, "adjust", {"units": -2, "reason": "broken in the shop"})

    assert (answer.status, answer.json()["available"]) == (200, 2998)


def test_more_than_there_is_cannot_be_taken(shop: Shop) -> None:
    """The stock stays, and the caller learns how much there is."""
    answer = change(shop, "adjust", {"units": -3001, "reason": "a count"})

    assert answer.status == 409
    assert "Only 3000 units are available" in answer.json()["detail"]
    assert shop.app.request("GET", f"/api/stock/{SKU}").json()["available"] == 3000


def test_the_same_key_with_another_change_is_refused(shop: Shop) -> None:
    """The first change stands."""
    change(shop, "restock", {"quantity": 20})

    second = change(shop, "restock", {"quantity": 30})

    assert second.status == 422
    assert second.json()["type"].endswith("idempotency-key-reused")


@pytest.mark.parametrize("fault", [{"before": 1}, {"after": 1}])
def test_a_change_that_failed_is_done_once_it_is_asked_for_again(
    shop: Shop, monkeypatch: pytest.MonkeyPatch, fault: dict[str, int]
) -> None:
    """The same key, unchanged: as the first answer said."""
    monkeypatch.setattr(entities.stock, "_apply", FailingStock("change", **fault))

    answers = [change(shop, "restock", {"quantity": 20}) for _ in range(3)]

    assert [answer.status for answer in answers] == [503, 200, 200]
    assert answers[-1].json()["available"] == 3020


def test_a_change_that_takes_long_is_answered_before_it_is_done(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The caller learns where to look later."""
    monkeypatch.setattr(changes, "PATIENCE_SECONDS", 0.0)

    answer = change(shop, "restock", {"quantity": 20})
    shop.app.settle()

    assert (answer.status, answer.headers["location"]) == (202, f"/api/stock/{SKU}")
    assert shop.app.request("GET", f"/api/stock/{SKU}").json()["available"] == 3020


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
def test_a_bad_change_names_its_field(shop: Shop, action: str, body: Any, field: str) -> None:  # noqa: ANN401 - JSON
    """And changes nothing."""
    answer = change(shop, action, body)

    assert answer.status == 422
    assert [error["field"] for error in answer.json()["errors"]] == [field]
    assert shop.app.request("GET", f"/api/stock/{SKU}").json()["available"] == 3000


def test_a_change_needs_a_key(shop: Shop) -> None:
    """Without one, a repetition would count twice."""
    assert change(shop, "restock", {"quantity": 1}, key=None).status == 400


@pytest.mark.parametrize("path", ["/api/stock/NOTHING", "/api/stock/NOTHING/restock"])
def test_an_unknown_product_is_not_found(shop: Shop, path: str) -> None:
    """For reading as for changing."""
    method = "GET" if path.endswith("NOTHING") else "POST"

    assert shop.app.request(method, path, json={"quantity": 1}).status == 404
