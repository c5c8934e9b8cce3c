"""The list of orders: filters, pages, and no personal data."""

from typing import Any

import pytest

from tests.builders import PERSONAL_DATA, a_customer, a_stored_order, an_order
from tests.shop import Shop


def get_page(shop: Shop, query: str = "") -> dict[str, Any]:
    """Return a page of the list."""
    response = shop.app.request("GET", f"/api/orders{query}")
    assert response.status == 200, response.text
    page: dict[str, Any] = response.json()
    return page


def test_list_is_empty_without_orders(shop: Shop) -> None:
    """There is no next page."""
    assert get_page(shop) == {"orders": [], "links": {}}


def test_order_is_listed_with_status_total_and_products(shop: Shop) -> None:
    """And with its times, reference and link."""
    order_id = shop.run(an_order(reference="PO-1")).instance_id

    (item,) = get_page(shop)["orders"]

    assert item.pop("placedAt") < item.pop("endedAt")
    assert item == {
        "orderId": order_id,
        "status": "completed",
        "total": shop.get(order_id)["total"],
        "skus": ["MUG-BLUE"],
        "reference": "PO-1",
        "links": {"self": f"/api/orders/{order_id}"},
    }


def test_open_order_is_listed_without_absent_values(shop: Shop) -> None:
    """It has neither an end nor a reference."""
    shop.services.order_store.place(a_stored_order("o"), a_customer(), "f")

    (item,) = get_page(shop)["orders"]

    assert item["placedAt"] == "2026-03-01T12:00:00Z"
    assert item.keys() == {"orderId", "status", "placedAt", "total", "skus", "links"}


def test_list_contains_no_personal_data(shop: Shop) -> None:
    """Neither name nor address nor note."""
    shop.run(an_order())

    assert not any(word in str(get_page(shop)) for word in PERSONAL_DATA)


def test_next_link_leads_through_all_pages(shop: Shop) -> None:
    """It repeats the filters, and the last page has none."""
    for number in range(5):
        shop.services.order_store.place(a_stored_order(f"o{number}"), a_customer(), "f")

    first = get_page(shop, "?sku=MUG-BLUE&limit=3&order=oldest")
    second = get_page(shop, first["links"]["next"].removeprefix("/api/orders"))

    assert [item["orderId"] for item in first["orders"]] == ["o0", "o1", "o2"]
    assert [item["orderId"] for item in second["orders"]] == ["o3", "o4"]
    assert second["links"] == {}


@pytest.mark.parametrize(
    ("query", "count"),
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
def test_list_is_filtered(shop: Shop, query: str, count: int) -> None:
    """By status, time of placing and product."""
    shop.services.order_store.place(a_stored_order("o"), a_customer(), "f")

    assert len(get_page(shop, query)["orders"]) == count


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
        ("cursor=nowhere", "cursor"),
        ("page=2", "page"),
    ],
)
def test_invalid_parameter_is_named(shop: Shop, query: str, field: str) -> None:
    """In a problem, as for every invalid request."""
    response = shop.app.request("GET", f"/api/orders?{query}")

    assert response.status == 400
    assert response.headers["content-type"].startswith("application/problem+json")
    assert [error["field"] for error in response.json()["errors"]] == [field]


def test_all_invalid_parameters_are_named_at_once(shop: Shop) -> None:
    """Unknown ones too."""
    response = shop.app.request("GET", "/api/orders?limit=0&page=2&status=lost")

    fields = {error["field"] for error in response.json()["errors"]}
    assert fields == {"limit", "page", "status"}
