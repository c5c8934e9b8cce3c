"""Capture of the payment: refused, or done with a lost reply."""

import pytest

from tests.builders import an_order
from tests.shop import UNDONE_EFFECTS, Shop


def test_refused_capture_rejects_the_order(shop: Shop) -> None:
    """Everything is undone, and the email has the reason."""
    run = shop.run(an_order(payment_method="pm_sandbox_captureRefused"))

    assert run.output == {"status": "rejected", "reason": "captureRefused"}
    assert shop.effects() == UNDONE_EFFECTS
    assert "did not release the payment" in str(shop.emails()[0].detail["text"])


@pytest.mark.parametrize(
    ("method", "faults"),
    [
        ("pm_sandbox_timeoutBeforeEffect", 1),
        ("pm_sandbox_captureAnswerLost", 3),
        ("pm_sandbox_refundRefused", 3),
        ("pm_sandbox_refundUnavailable", 0),
    ],
)
def test_lost_replies_capture_nothing_twice(shop: Shop, method: str, faults: int) -> None:
    """The order is completed and paid once."""
    run = shop.run(an_order(payment_method=method))

    effects = shop.effects()
    assert run.output["status"] == "completed"
    assert effects.count("fault") == faults
    assert [effects.count(kind) for kind in ("authorized", "captured")] == [1, 1]


def test_cancellation_while_the_capture_is_retried_refunds_the_payment(shop: Shop) -> None:
    """The reply was lost, but the capture was done; the email says that it is refunded."""
    order_id = shop.place(an_order(payment_method="pm_sandbox_captureAnswerLost"))
    shop.app.wait_until_idle()

    shop.cancel(order_id)
    run = shop.app.wait(order_id)

    assert run.output == {"status": "canceled", "reason": "canceled"}
    payment_effects = [kind for kind in shop.effects() if kind in {"captured", "refunded"}]
    assert payment_effects == ["captured", "refunded"]
    assert "refunding the full amount" in str(shop.emails()[0].detail["text"])
