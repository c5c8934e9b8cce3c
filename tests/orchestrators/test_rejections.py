"""Orders that a rule, a bank or a carrier refuses."""

import pytest

from orders.domain.outcome import OrderStatus
from tests.builders import an_order
from tests.shop import Shop


@pytest.mark.parametrize(
    ("order", "reason"),
    [
        (an_order(quantity=101), "quantityAboveLimit"),
        (an_order(country="US"), "countryNotServed"),
        (an_order(sku="KETTLE-2019"), "discontinued"),
    ],
)
def test_invalid_order_is_rejected_before_any_effect(
    shop: Shop, order: dict[str, object], reason: str
) -> None:
    """No partner is called."""
    run = shop.run(order)

    assert run.output == {"status": "rejected", "reason": reason}
    assert run.activities == [
        *("openOrder", "validateOrder", "beginUndo", "sendOutcomeEmail", "closeOrder")
    ]
    assert shop.effects() == []


@pytest.mark.parametrize(
    ("method", "reason"),
    [
        ("pm_card_chargeDeclined", "cardDeclined"),
        ("pm_card_chargeDeclinedInsufficientFunds", "insufficientFunds"),
        ("pm_card_chargeDeclinedExpiredCard", "expiredCard"),
        ("pm_card_nobody_knows", "unknownPaymentMethod"),
    ],
)
def test_declined_card_rejects_the_order_before_the_booking(
    shop: Shop, method: str, reason: str
) -> None:
    """A decline is returned, not raised: it is not retried, and there is no payment to reverse."""
    run = shop.run(an_order(payment_method=method))

    assert run.output == {"status": "rejected", "reason": reason}
    assert run.activities == [
        *("openOrder", "validateOrder", "processPayment"),
        *("beginUndo", "sendOutcomeEmail", "closeOrder"),
    ]
    assert shop.effects() == ["declined"]


def test_refused_address_voids_the_authorization(shop: Shop) -> None:
    """There is no shipment to cancel."""
    run = shop.run(an_order(postal_code="00001"))

    assert run.output == {"status": "rejected", "reason": "addressRefused"}
    assert run.activities[-4:] == ["beginUndo", "reversePayment", "sendOutcomeEmail", "closeOrder"]
    assert shop.effects() == ["authorized", "voided", "refused"]


def test_unknown_order_is_rejected_at_once(shop: Shop) -> None:
    """An orchestration that was started without a stored order does nothing."""
    run = shop.app.run("processOrder", {"orderId": "ord_unknown"})

    assert run.output == {"status": OrderStatus.REJECTED, "reason": "orderNotFound"}
    assert run.activities == ["openOrder"]
