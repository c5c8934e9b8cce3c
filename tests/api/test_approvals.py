"""Refunds that need a second operator, over HTTP."""

from dataclasses import replace
from typing import Any

import pytest

from local_host.testing import Response
from orders.domain.refund import RefundStatus
from tests.builders import OPERATOR, a_refund, an_order
from tests.inspection import audit
from tests.shop import Shop

APPROVALS = "/api/operations/approvals"
OTHER = "Linus Plantedson"


@pytest.fixture
def limited(shop: Shop) -> Shop:
    """A shop where operators refund 10 EUR of an order alone."""
    shop.replace_ports(settings=replace(shop.services.settings, refund_alone_up_to=1000))
    return shop


@pytest.fixture
def order_id(limited: Shop) -> str:
    """Return a completed order."""
    return limited.run(an_order()).instance_id


def decide(shop: Shop, order_id: str, refund_id: str, **body: object) -> Response:
    """Approve a refund as another operator, unless the body says otherwise."""
    path = f"/api/operations/orders/{order_id}/refunds/{refund_id}/approval"
    content = {"approved": True, "note": "checked", "operator": OTHER, **body}
    response = shop.app.request("POST", path, json=content)
    shop.app.wait_until_idle()
    return response


def refund_in(shop: Shop, order_id: str) -> dict[str, Any]:
    """Return the only refund of an order."""
    (refund,) = shop.get(order_id)["refunds"]
    assert isinstance(refund, dict)
    return refund


def test_large_refund_is_paid_after_another_operator_approved_it(
    limited: Shop, order_id: str
) -> None:
    """Nothing is paid before; the customer gets an email after."""
    requested = limited.refund(order_id, a_refund(1001))
    limited.let_minutes_pass(30)
    before = (refund_in(limited, order_id)["status"], limited.effects().count("refunded"))

    approved = decide(limited, order_id, requested.json()["refundId"])

    assert (requested.status, requested.json()["status"]) == (202, "awaitingApproval")
    assert before == ("awaitingApproval", 0)
    assert (approved.status, approved.json()["status"]) == (202, "requested")
    assert refund_in(limited, order_id)["status"] == "paid"
    assert limited.effects().count("refunded") == 1
    assert "10.01 EUR" in str(limited.emails()[-1].detail["text"])
    assert audit(limited)["clean"]


def test_small_refund_needs_one_operator(limited: Shop, order_id: str) -> None:
    """Small ones of one order add up."""
    first = limited.refund(order_id, a_refund(600), "first").json()
    second = limited.refund(order_id, a_refund(401), "second").json()

    assert (first["status"], second["status"]) == ("requested", "awaitingApproval")


def test_operator_cannot_approve_an_own_request(limited: Shop, order_id: str) -> None:
    """The refusal says who can; nothing is paid."""
    refund_id = limited.request_refund(order_id, a_refund())

    refused = decide(limited, order_id, refund_id, operator=OPERATOR)

    assert refused.status == 409
    assert refused.json()["type"].endswith(":same-operator")
    assert refund_in(limited, order_id)["status"] == "awaitingApproval"


def test_declined_refund_is_not_paid(limited: Shop, order_id: str) -> None:
    """Its amount can be refunded again."""
    refund_id = limited.request_refund(order_id, a_refund())

    declined = decide(limited, order_id, refund_id, approved=False)

    assert (declined.status, declined.json()["status"]) == (202, "skipped")
    assert declined.json()["refundable"]["minor"] == 3470
    assert limited.effects().count("refunded") == 0
    assert audit(limited)["clean"]


def test_repeated_approval_pays_once(limited: Shop, order_id: str) -> None:
    """Another decision comes too late."""
    refund_id = limited.request_refund(order_id, a_refund())
    decide(limited, order_id, refund_id)

    repeated = decide(limited, order_id, refund_id)
    late = decide(limited, order_id, refund_id, approved=False)

    assert (repeated.status, repeated.headers["idempotent-replayed"]) == (202, "true")
    assert late.json()["type"].endswith(":nothing-to-approve")
    assert limited.effects().count("refunded") == 1


def test_repeated_request_does_not_approve_itself(limited: Shop, order_id: str) -> None:
    """It is answered as the first time."""
    for _ in range(2):
        response = limited.refund(order_id, a_refund())
    limited.app.wait_until_idle()

    assert response.json()["status"] == "awaitingApproval"
    assert limited.effects().count("refunded") == 0


def test_approvals_that_are_awaited_are_listed(limited: Shop, order_id: str) -> None:
    """With who requested them, why, and how to approve them."""
    refund_id = limited.request_refund(order_id, a_refund())

    (entry,) = limited.app.request("GET", APPROVALS).json()["orders"]

    (refund,) = entry["refunds"]
    path = f"/api/operations/orders/{order_id}/refunds/{refund_id}/approval"
    assert (entry["orderId"], refund["refundId"]) == (order_id, refund_id)
    assert (refund["operator"], refund["note"]) == (OPERATOR, "a broken cup")
    assert refund["links"] == {"approve": path}
    decide(limited, order_id, refund_id)
    assert limited.app.request("GET", APPROVALS).json() == {"orders": [], "links": {}}
    assert limited.app.request("GET", f"{APPROVALS}?page=2").status == 400


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"approved": None}, "approved"),
        ({"approved": "yes"}, "approved"),
        ({"note": ""}, "note"),
        ({"operator": None}, "operator"),
        ({"amount": 1}, "amount"),
    ],
)
def test_invalid_approval_is_refused(
    limited: Shop, order_id: str, body: dict[str, Any], field: str
) -> None:
    """The field is named."""
    refund_id = limited.request_refund(order_id, a_refund())

    response = decide(limited, order_id, refund_id, **body)

    assert response.status == 422
    assert response.json()["type"].endswith(":invalid-approval")
    assert [error["field"] for error in response.json()["errors"]] == [field]


def test_unknown_refund_is_404(limited: Shop, order_id: str) -> None:
    """As is an unknown order."""
    refund = decide(limited, order_id, "rfd_unknown")
    order = decide(limited, "ord_unknown", "rfd_unknown")

    assert (refund.status, order.status) == (404, 404)
    assert refund.json()["type"].endswith(":refund-not-found")


def test_order_is_kept_until_its_refund_is_decided(limited: Shop, order_id: str) -> None:
    """It is neither erased nor deleted, and the nightly audit reports the delay."""
    refund_id = limited.request_refund(order_id, a_refund())
    erasure = limited.erase(order_id)
    limited.advance_days(401)

    (finding,) = audit(limited)["findings"]
    assert (erasure.status, finding["kind"]) == (409, "overdue")
    assert "awaits approval" in finding["detail"]
    assert limited.record(order_id).refunds[0].status is RefundStatus.AWAITING_APPROVAL
    assert decide(limited, order_id, refund_id, approved=False).status == 202
