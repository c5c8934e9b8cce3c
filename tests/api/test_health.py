"""The health of the service, as monitors see it."""

from pathlib import Path

import pytest

from local_host.testing import start_app
from orders.adapters.catalogue import JsonCatalogue
from orders.domain.switches import Switch
from tests.faults import FOREVER, Failing
from tests.shop import APP, Shop

HEALTH = "/api/health"


def test_service_is_healthy_at_first(shop: Shop) -> None:
    """Nothing else is shown, and nothing is cached on the way."""
    response = shop.app.request("GET", HEALTH)

    assert response.status == 200
    assert response.json() == {
        "status": "ok",
        "switches": {"accept": "on", "capture": "on", "dispatch": "on"},
    }
    assert response.headers["cache-control"] == "no-store"


@pytest.mark.parametrize("switch", Switch)
def test_service_with_a_switch_off_is_limited(shop: Shop, switch: Switch) -> None:
    """It works, so the status is 200; who turned the switch off, and why, is not shown."""
    shop.set_switch(switch, on=False)

    response = shop.app.request("GET", HEALTH)

    on = {"accept": "on", "capture": "on", "dispatch": "on"}
    assert (response.status, response.json()) == (
        200,
        {"status": "limited", "switches": {**on, switch: "off"}},
    )
    shop.set_switch(switch, on=True)
    assert shop.app.request("GET", HEALTH).json()["status"] == "ok"


def test_unavailable_store_is_503(shop: Shop) -> None:
    """The response says when to ask again, and nothing of the cause."""
    shop.replace_ports(switches=Failing(shop.services.switches, "read", before=FOREVER))

    response = shop.app.request("GET", HEALTH)

    assert response.status == 503
    assert response.json()["type"].endswith(":unavailable")
    assert response.headers["retry-after"] == "5"
    assert "made to fail" not in response.text


def test_lost_database_file_is_503(shop: Shop, tmp_path: Path) -> None:
    """The service accepts nothing either."""
    shop.app.request("GET", HEALTH)
    (tmp_path / "orders" / "orders.sqlite3").unlink()

    assert shop.app.request("GET", HEALTH).status == 503


def test_unreadable_catalogue_is_503(shop: Shop, tmp_path: Path) -> None:
    """An operator must correct it, so the response does not say when to ask again."""
    shop.replace_ports(catalogue=JsonCatalogue(tmp_path / "nowhere.json"))

    response = shop.app.request("GET", HEALTH)

    assert response.status == 503
    assert "retry-after" not in response.headers
    assert "nowhere" not in response.text


@pytest.mark.usefixtures("shop")
def test_health_requires_no_key(tmp_path: Path) -> None:
    """Everything else does, if the host asks for keys."""
    with start_app(APP, tmp_path / "keyed", asks_for_keys=True) as app:
        assert app.request("GET", HEALTH).status == 200
        assert app.request("GET", "/api/operations/switches").status == 401
        assert app.request("PUT", "/api/operations/switches/accept", json={}).status == 401
