"""What becomes of an order whose money cannot be taken, or is taken and nobody says so?"""

import pytest

from tests.builders import an_order
from tests.shop import Shop


def test_a_capture_that_the_bank_refuses_ends_the_order(shop: Shop) -> None:
    """Nothing is kept of it, and the customer is told why."""
    run = shop.run(an_order(payment_method="pm_sandbox_captureRefused"))

    assert run.output == {"status": "rejected", "reason": "captureRefused"}
    assert shop.effects() == ["authorized", "voided", "booked", "canceled"]
    assert "did not hand over" in str(shop.emails()[0].detail["text"])


@pytest.mark.parametrize(
    ("method", "faults"),
    [
        ("pm_sandbox_timeoutBeforeEffect", 1),
        ("pm_sandbox_captureAnswerLost", 3),
        ("pm_sandbox_refundRefused", 3),
        ("pm_sandbox_refundUnavailable", 0),
    ],
)
def test_a_lost_answer_takes_nothing_twice(shop: Shop, method: str, faults: int) -> None:
    """The order is completed, paid once."""
    run = shop.run(an_order(payment_method=method))

    effects = shop.effects()
    assert run.output["status"] == "completed"
    assert effects.count("fault") == faults
    assert [effects.count(kind) for kind in ("authorized", "captured")] == [1, 1]


def test_an_order_stopped_while_its_money_is_taken_is_paid_back(shop: Shop) -> None:
    """The answer was lost, the money was not; the customer hears of it."""
    order_id = shop.place(an_order(payment_method="pm_sandbox_captureAnswerLost"))
    shop.app.settle()

    shop.app.request("POST", f"/api/orders/{order_id}/cancel")
    run = shop.app.wait(order_id)

    assert run.output == {"status": "canceled", "reason": "canceled"}
    assert [kind for kind in shop.effects() if "fund" in kind or "capt" in kind] == [
        *("captured", "refunded")
    ]
    assert "paying all of it back" in str(shop.emails()[0].detail["text"])
