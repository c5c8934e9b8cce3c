"""What happens to an order that a rule, a bank or a carrier refuses?"""

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
def test_what_the_rules_refuse_is_rejected_before_anything_is_done(
    shop: Shop, order: dict[str, object], reason: str
) -> None:
    """A rule's refusal ends the order with its reason; no port is called."""
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
def test_a_declined_card_ends_the_order_before_anything_ships(
    shop: Shop, method: str, reason: str
) -> None:
    """A decline is an answer: nothing is retried, shipped or captured; the articles go back."""
    run = shop.run(an_order(payment_method=method))

    assert run.output == {"status": "rejected", "reason": reason}
    assert run.activities == [
        *("openOrder", "validateOrder", "processPayment"),
        *("beginUndo", "sendOutcomeEmail", "closeOrder"),
    ]
    assert shop.effects() == ["declined"]


def test_a_refused_address_gives_the_hold_back(shop: Shop) -> None:
    """When the carrier does not go there, the hold is voided and the order rejected."""
    run = shop.run(an_order(postal_code="00001"))

    assert run.output == {"status": "rejected", "reason": "addressRefused"}
    assert run.activities[-4:] == ["beginUndo", "reversePayment", "sendOutcomeEmail", "closeOrder"]
    assert shop.effects() == ["authorized", "voided", "refused"]


def test_an_order_that_the_book_does_not_know_is_rejected_at_once(shop: Shop) -> None:
    """An orchestration that was started by hand for no order does nothing."""
    run = shop.app.run("processOrder", {"orderId": "ord_nobody"})

    assert run.output == {"status": OrderStatus.REJECTED, "reason": "unknownOrder"}
    assert run.activities == ["openOrder"]
