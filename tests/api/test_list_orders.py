"""Can the orders be listed, a page at a time?"""

from typing import Any

import pytest

from tests.builders import PERSONAL, a_booked_order, a_person, an_order
from tests.shop import Shop


def listed(shop: Shop, query: str = "") -> dict[str, Any]:
    """A page of the list."""
    answer = shop.app.request("GET", f"/api/orders{query}")
    assert answer.status == 200, answer.text
    page: dict[str, Any] = answer.json()
    return page


def test_the_list_is_empty_at_first(shop: Shop) -> None:
    """No orders, no next page."""
    assert listed(shop) == {"orders": [], "links": {}}


def test_an_order_is_listed_with_where_it_stands(shop: Shop) -> None:
    """What tells it from the others, and nothing personal."""
    order_id = shop.run(an_order(reference="PO-1")).instance_id

    (line,) = listed(shop)["orders"]

    assert line.pop("placedAt") < line.pop("endedAt")
    assert line == {
        "orderId": order_id,
        "status": "completed",
        "total": shop.get(order_id)["total"],
        "skus": ["MUG-BLUE"],
        "reference": "PO-1",
        "links": {"self": f"/api/orders/{order_id}"},
    }


def test_nothing_personal_is_listed(shop: Shop) -> None:
    """Neither name nor address nor note."""
    shop.run(an_order())

    assert not any(word in str(listed(shop)) for word in PERSONAL)


def test_the_next_link_leads_through_all_pages(shop: Shop) -> None:
    """It keeps what was asked for, and the last page has none."""
    for number in range(5):
        shop.services.order_store.place(a_booked_order(f"o{number}"), a_person(), "f")

    first = listed(shop, "?sku=MUG-BLUE&limit=3&order=oldest")
    second = listed(shop, first["links"]["next"].removeprefix("/api/orders"))

    assert [line["orderId"] for line in first["orders"]] == ["o0", "o1", "o2"]
    assert [line["orderId"] for line in second["orders"]] == ["o3", "o4"]
    assert second["links"] == {}


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("?status=placed", 1),
        ("?status=completed", 0),
        ("?from=2026-03-01&to=2026-03-01", 1),
        ("?from=2026-03-02", 0),
        ("?to=2026-02-28", 0),
        ("?from=2026-03-01T13:00:00%2B01:00", 1),
        ("?from=2026-03-01T13:00:01+01:00", 0),
        ("?sku=MUG-BLUE", 1),
        ("?sku=TEA-ASSAM", 0),
    ],
)
def test_the_list_shows_what_was_asked_for(shop: Shop, query: str, found: int) -> None:
    """By status, time of placing, article."""
    shop.services.order_store.place(a_booked_order("o"), a_person(), "f")

    assert len(listed(shop, query)["orders"]) == found


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("status=lost", "status"),
        ("from=yesterday", "from"),
        ("to=2026-02-30", "to"),
        ("from=2026-03-01T12:00:00", "from"),
        ("to=9999-12-31", "to"),
        ("limit=0", "limit"),
        ("limit=101", "limit"),
        ("limit=all", "limit"),
        ("order=random", "order"),
        ("after=nowhere", "after"),
        ("page=2", "page"),
    ],
)
def test_a_bad_parameter_is_named(shop: Shop, query: str, field: str) -> None:
    """As a problem, like every bad request."""
    answer = shop.app.request("GET", f"/api/orders?{query}")

    assert answer.status == 400
    assert answer.headers["content-type"].startswith("application/problem+json")
    assert [error["field"] for error in answer.json()["errors"]] == [field]
