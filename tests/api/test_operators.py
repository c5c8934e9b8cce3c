"""The operator of a request: signed in at the platform, or named in the body."""

from dataclasses import replace

import pytest

from local_host.testing import Response
from tests.builders import an_order
from tests.shop import Shop

UNDELIVERABLE = an_order(email="planted.wrenfield@undeliverable.example")
SIGNED_IN = "ada@shop.example"


@pytest.fixture
def signed_in(shop: Shop) -> Shop:
    """An app whose platform authenticates operators."""
    shop.replace_ports(settings=replace(shop.services.settings, has_authentication=True))
    return shop


def stop_orders(shop: Shop, principal: str, **body: str) -> Response:
    """Turn a switch off, with the header of the platform."""
    headers = {"X-MS-CLIENT-PRINCIPAL-NAME": principal}
    content = {"on": False, "note": "why", **body}
    return shop.app.request("PUT", "/api/operations/switches/accept", json=content, headers=headers)


def test_operator_is_the_one_whom_the_platform_authenticated(signed_in: Shop) -> None:
    """Whatever the body says."""
    response = stop_orders(signed_in, SIGNED_IN, operator="another operator")

    assert response.json()["operator"] == SIGNED_IN


def test_resolution_has_the_operator_of_the_platform(signed_in: Shop) -> None:
    """In the record of the order."""
    order_id = signed_in.run(UNDELIVERABLE).instance_id
    path = f"/api/operations/attention/{order_id}"
    headers = {"X-MS-CLIENT-PRINCIPAL-NAME": SIGNED_IN}

    signed_in.app.request("POST", path, json={"action": "retry", "note": "n"}, headers=headers)

    assert signed_in.record(order_id).resolutions[0].operator == SIGNED_IN


def test_header_of_a_stranger_is_ignored(shop: Shop) -> None:
    """Without the platform's authentication nobody removes it, so the body counts."""
    claimed = stop_orders(shop, "The CEO", operator="Grace")
    unnamed = stop_orders(shop, "The CEO")

    assert claimed.json()["operator"] == "Grace"
    assert unnamed.status == 422
    assert [error["field"] for error in unnamed.json()["errors"]] == ["operator"]


def test_request_without_a_header_needs_an_operator(signed_in: Shop) -> None:
    """The platform may let requests pass that are not signed in."""
    assert stop_orders(signed_in, "").status == 422
    assert stop_orders(signed_in, "", operator="Grace").json()["operator"] == "Grace"


@pytest.mark.parametrize("principal", ["x" * 121, "ada\u00ad@shop.example", "\u0085x"])
def test_name_that_cannot_be_recorded_is_refused(signed_in: Shop, principal: str) -> None:
    """Too long, or with invisible characters; nothing is changed."""
    response = stop_orders(signed_in, principal)

    assert response.status == 403
    assert response.json()["type"].endswith(":invalid-operator")
    assert signed_in.post(an_order()).status == 202
