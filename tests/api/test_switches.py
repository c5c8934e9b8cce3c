"""Stop switches over HTTP, and orders while none are accepted."""

import json
from datetime import timedelta
from typing import Any

import pytest

from orders.domain.switches import Switch
from tests.builders import an_order
from tests.faults import FOREVER, Failing
from tests.shop import COMPLETED_EFFECTS, Shop

SWITCHES = "/api/operations/switches"


def switches(shop: Shop, query: str = "") -> dict[str, Any]:
    """Return the switches and their latest changes."""
    response = shop.app.request("GET", SWITCHES + query)
    assert response.status == 200, response.text
    view: dict[str, Any] = response.json()
    return view


def stored_orders(shop: Shop) -> list[str]:
    """Return the IDs of all orders in the list."""
    orders = shop.app.request("GET", "/api/orders").json()["orders"]
    return [order["orderId"] for order in orders]


def test_switches_are_on_at_first(shop: Shop) -> None:
    """There are no changes."""
    on = {"on": True}

    assert switches(shop) == {
        "switches": {"accept": on, "capture": on, "dispatch": on},
        "changes": [],
    }


@pytest.mark.parametrize("switch", Switch)
def test_switch_is_turned_off_and_on(shop: Shop, switch: Switch) -> None:
    """Each change is shown with its operator, note and time; the newest comes first."""
    off = shop.set_switch(switch, on=False)
    shop.move_clock(timedelta(minutes=1))
    on = shop.set_switch(switch, on=True, note="solved", operator="Ada")

    stopped, resumed = off.json(), on.json()
    view = switches(shop)
    assert (off.status, on.status) == (200, 200)
    assert stopped == {
        "switch": switch.value,
        "on": False,
        "changedAt": stopped["changedAt"],
        "operator": "Grace",
        "note": "too many complaints",
    }
    assert resumed == {**resumed, "on": True, "operator": "Ada", "note": "solved"}
    assert stopped["changedAt"] < resumed["changedAt"]
    assert {"switch": switch, **view["switches"][switch]} == resumed
    assert view["changes"] == [resumed, stopped]
    assert switches(shop, "?limit=1")["changes"] == view["changes"][:1]


def test_repeated_change_is_harmless(shop: Shop) -> None:
    """It is answered as the first time, and logged once."""
    first = shop.set_switch("dispatch", on=False)
    shop.move_clock(timedelta(minutes=1))

    repeated = shop.set_switch("dispatch", on=False)

    assert (repeated.status, repeated.json()) == (200, first.json())
    assert len(switches(shop)["changes"]) == 1


@pytest.mark.parametrize("name", ["refund", "Accept", "ACCEPT", "accept%20", "%00", "%C3%A9"])
def test_unknown_switch_is_404(shop: Shop, name: str) -> None:
    """The problem names the known ones; an invalid body does not matter."""
    response = shop.app.request("PUT", f"{SWITCHES}/{name}", json={})

    assert response.status == 404
    assert response.json()["type"].endswith(":switch-not-found")
    assert "accept, capture, dispatch" in response.json()["detail"]


@pytest.mark.parametrize(
    ("change", "field", "message"),
    [
        ({"on": None}, "on", "must be true or false"),
        ({"on": "false"}, "on", "must be true or false"),
        ({"on": 0}, "on", "must be true or false"),
        ({"note": ""}, "note", "must not be empty"),
        ({"note": "n" * 501}, "note", "must have 500 characters or fewer"),
        ({"note": "paid by 4242 4242 4242 4242"}, "note", "must not contain a card number"),
        ({"note": None}, "note", "must be text"),
        ({"operator": None}, "operator", "is required: the name of the operator"),
        ({"operator": " "}, "operator", "must not be empty"),
        (
            {"operator": "G\u0000"},
            "operator",
            "must not contain control, direction or invisible characters",
        ),
        ({"operator": "n" * 121}, "operator", "must have 120 characters or fewer"),
        ({"until": "tomorrow"}, "until", "is not a known field"),
    ],
)
def test_invalid_change_is_refused(
    shop: Shop, change: dict[str, Any], field: str, message: str
) -> None:
    """The invalid field is named, and nothing changes."""
    response = shop.set_switch("accept", **{"on": False, **change})

    assert response.status == 422
    assert response.json()["type"].endswith(":invalid-switch-change")
    assert response.json()["errors"] == [{"field": field, "message": message}]
    assert switches(shop)["changes"] == []


@pytest.mark.parametrize(
    ("content", "content_type", "status"),
    [
        (b"", "application/json", 400),
        (b'{"on": false, "on": true}', "application/json", 400),
        (b"on=false", "application/x-www-form-urlencoded", 415),
        (b" " * (256 * 1024 + 1), "application/json", 413),
        (b"[]", "application/json", 422),
        (b"false", "application/json", 422),
    ],
)
def test_body_that_is_no_change_is_refused(
    shop: Shop, content: bytes, content_type: str, status: int
) -> None:
    """As on every other endpoint."""
    headers = {"Content-Type": content_type}
    response = shop.app.request("PUT", f"{SWITCHES}/accept", content=content, headers=headers)

    assert response.status == status
    assert switches(shop)["changes"] == []


def test_all_missing_fields_are_named_at_once(shop: Shop) -> None:
    """Also the operator."""
    response = shop.app.request("PUT", f"{SWITCHES}/accept", json={})

    assert [error["field"] for error in response.json()["errors"]] == ["on", "note", "operator"]


@pytest.mark.parametrize("query", ["limit=0", "limit=101", "limit=all", "page=2"])
def test_invalid_query_is_refused(shop: Shop, query: str) -> None:
    """The parameter is named."""
    response = shop.app.request("GET", f"{SWITCHES}?{query}")

    assert response.status == 400
    assert [error["field"] for error in response.json()["errors"]] == [query.partition("=")[0]]


@pytest.mark.parametrize("method", ["read", "change"])
def test_unavailable_store_is_503(shop: Shop, method: str) -> None:
    """The response says when to repeat the request, and nothing of the cause."""
    shop.replace_ports(switches=Failing(shop.services.switches, method, before=FOREVER))

    responses = [shop.app.request("GET", SWITCHES), shop.set_switch("accept", on=False)]
    response = next(item for item in responses if item.status == 503)

    assert response.headers["retry-after"] == "5"
    assert "Repeat the request unchanged" in response.json()["detail"]
    assert "made to fail" not in response.text


@pytest.mark.parametrize("key", [None, "new"])
def test_order_is_refused_while_none_are_accepted(shop: Shop, key: str | None) -> None:
    """Nothing is stored, and the key remains free."""
    shop.set_switch("accept", on=False)

    refused = shop.post(an_order(), key)

    assert refused.status == 503
    assert refused.headers["retry-after"] == "60"
    assert refused.headers["content-type"].startswith("application/problem+json")
    assert refused.json()["type"] == "urn:durable-orders:problem:not-accepting-orders"
    assert "complaints" not in refused.text
    assert stored_orders(shop) == []
    shop.set_switch("accept", on=True)
    accepted = shop.post(an_order(), key)
    assert accepted.status == 202
    assert "idempotent-replayed" not in accepted.headers


def test_repeated_order_is_answered_while_none_are_accepted(shop: Shop) -> None:
    """It was accepted before; another body under its key is refused as always."""
    placed = shop.place(an_order(), "k")
    shop.set_switch("accept", on=False)

    repeated = shop.post(an_order(), "k")

    assert (repeated.status, repeated.json()["orderId"]) == (202, placed)
    assert repeated.headers["idempotent-replayed"] == "true"
    assert shop.post(an_order(quantity=3), "k").status == 422
    assert stored_orders(shop) == [placed]


def test_placed_orders_continue_while_none_are_accepted(shop: Shop) -> None:
    """Quotes and cancellations are answered too."""
    placed = shop.place(an_order())
    shop.set_switch("accept", on=False)

    assert shop.app.wait(placed).output["status"] == "completed"
    assert shop.effects() == COMPLETED_EFFECTS
    assert shop.app.request("POST", "/api/quotes", json=an_order()).status == 200
    assert shop.cancel(placed).status == 409


def test_invalid_order_is_named_as_invalid_while_none_are_accepted(shop: Shop) -> None:
    """Its sender need not wait for that."""
    shop.set_switch("accept", on=False)

    assert shop.post(an_order(quantity=0)).status == 422
    assert shop.app.request("POST", "/api/orders", content=json.dumps(1).encode()).status == 415


@pytest.mark.parametrize("switch", ["capture", "dispatch"])
def test_other_switches_do_not_refuse_orders(shop: Shop, switch: str) -> None:
    """Such an order is stored."""
    shop.set_switch(switch, on=False)

    assert shop.post(an_order()).status == 202


def test_order_is_not_stored_if_the_switch_is_unknown(shop: Shop) -> None:
    """The store of the switches is unavailable."""
    shop.replace_ports(switches=Failing(shop.services.switches, "is_on", before=1))

    assert shop.post(an_order(), "k").status == 503
    assert stored_orders(shop) == []
    assert shop.post(an_order(), "k").status == 202
