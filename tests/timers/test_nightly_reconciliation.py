"""Without a single event, the nightly audit finds what partners have done."""

from datetime import timedelta
from typing import Any

import pytest

from tests.builders import a_refund, an_order
from tests.faults import Outage
from tests.inspection import audit
from tests.partner_events import complete, failed_steps, pass_time, refund
from tests.shop import Shop


def run_nightly_audit(shop: Shop) -> None:
    """Run the timer function `nightlyAudit` now."""
    response = shop.app.request("POST", "/admin/functions/nightlyAudit", json={})
    assert response.status == 202, response.text
    shop.app.wait_until_idle()


def test_refund_that_was_sent_back_is_found(shop: Shop, caplog: pytest.LogCaptureFixture) -> None:
    """It is no finding: the record is brought to what the gateway shows."""
    order_id = complete(shop, an_order(payment_method="pm_card_refundFail"))
    refund(shop, order_id, 1000)
    pass_time(shop)
    assert [finding["kind"] for finding in audit(shop)["findings"]] == ["refundMissing"]

    run_nightly_audit(shop)

    assert failed_steps(shop) == ["refundPayment"]
    assert audit(shop)["findings"] == []
    assert "audit: 0 findings" not in caplog.text
    assert f"refundReturned: order {order_id}" in caplog.text


def test_reversal_that_was_sent_back_is_found(shop: Shop, caplog: pytest.LogCaptureFixture) -> None:
    """The order was canceled after the capture."""
    shop.set_switch("dispatch", on=False)
    order_id = shop.place(an_order(payment_method="pm_card_refundFail"))
    shop.app.wait_until_idle()
    shop.cancel(order_id)
    shop.app.wait(order_id)
    pass_time(shop)

    run_nightly_audit(shop)

    assert failed_steps(shop) == ["reversePayment"]
    assert f"reversalReturned: order {order_id}" in caplog.text


@pytest.mark.parametrize(
    ("order", "steps"),
    [
        (an_order(payment_method="pm_card_createDispute"), ["handleDispute"]),
        (an_order(postal_code="00008"), ["clarifyShipment"]),
        (an_order(postal_code="00007"), []),
    ],
)
def test_disputes_and_ends_of_transports_are_found(
    shop: Shop, order: dict[str, Any], steps: list[str]
) -> None:
    """As by an event."""
    order_id = complete(shop, order)
    pass_time(shop)

    run_nightly_audit(shop)

    assert failed_steps(shop) == steps
    assert {"disputes", "delivery"} & shop.get(order_id).keys()


def test_decision_of_a_dispute_is_found(shop: Shop) -> None:
    """The night after it was opened."""
    order_id = complete(shop, an_order(payment_method="pm_sandbox_disputeWon"))
    pass_time(shop, 10)
    run_nightly_audit(shop)
    assert failed_steps(shop) == ["handleDispute"]
    pass_time(shop, 60)

    run_nightly_audit(shop)

    assert failed_steps(shop) == []
    assert shop.refund(order_id, a_refund()).status == 202


def test_waiting_order_whose_authorization_lapsed_is_ended(
    shop: Shop, caplog: pytest.LogCaptureFixture
) -> None:
    """It is woken at once."""
    shop.replace_ports(carrier=Outage(shop.carrier, "book"))
    order_id = shop.place(an_order(payment_method="pm_sandbox_lapses90s"))
    shop.let_minutes_pass(1)
    shop.move_clock(timedelta(seconds=35))

    run_nightly_audit(shop)

    assert shop.app.wait(order_id).output["reason"] == "authorizationLapsed"
    assert f"authorizationLapsed: order {order_id}" in caplog.text


def test_partner_that_is_down_does_not_stop_the_audit(
    shop: Shop, caplog: pytest.LogCaptureFixture
) -> None:
    """The difference remains a finding, and the next night tries again."""
    order_id = complete(shop, an_order(payment_method="pm_card_refundFail"))
    refund(shop, order_id, 1000)
    pass_time(shop)
    shop.replace_ports(payments=Outage(shop.payments, "state"))

    run_nightly_audit(shop)

    assert f"order {order_id} is not reconciled" in caplog.text
    assert "audit: refundMissing" in caplog.text
