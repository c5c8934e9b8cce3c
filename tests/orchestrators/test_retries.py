"""Is an order as patient as it was promised when it was placed?"""

from dataclasses import replace

from orders.contracts.retries import RetryPolicies, RetryPolicy
from tests.builders import an_order
from tests.faults import FOREVER, Failing
from tests.shop import Shop

TWICE = RetryPolicy(first_interval_ms=100, max_interval_ms=100, attempts=2)


def set_retries(shop: Shop, retries: RetryPolicies) -> None:
    """Place orders on other terms from now on."""
    terms = replace(shop.services.settings.terms, retries=retries)
    shop.replace_ports(settings=replace(shop.services.settings, terms=terms))


def calls_of_capture(shop: Shop, order_id: str) -> int:
    """How often the order asks a gateway that is down for the money."""
    activities: list[str] = shop.app.wait(order_id).activities
    return activities.count("capturePayment")


def test_a_step_is_tried_as_often_as_was_set(shop: Shop) -> None:
    """And no more often, before the order is undone."""
    set_retries(shop, RetryPolicies(doing=TWICE))

    order_id = shop.place(an_order(payment_method="pm_sandbox_captureUnavailable"))

    assert calls_of_capture(shop, order_id) == 2
    assert shop.get(order_id)["status"] == "rejected"


def test_an_order_keeps_its_patience_whatever_is_set_later(shop: Shop) -> None:
    """Also when it is run again from the start."""
    set_retries(shop, RetryPolicies(doing=TWICE))
    capture = Failing(shop.payments, "capture", before=FOREVER)
    order_id = shop.place(an_order())
    set_retries(shop, RetryPolicies())
    shop.replace_ports(payments=capture)

    assert calls_of_capture(shop, order_id) == 2


def test_an_order_from_before_patience_was_kept_is_as_patient_as_ever(shop: Shop) -> None:
    """Its orchestration was started with the order's id alone."""
    set_retries(shop, RetryPolicies(doing=TWICE))
    order_id = shop.place(an_order(payment_method="pm_sandbox_captureUnavailable"))
    shop.app.terminate(order_id, "its worker died")
    shop.app.settle()
    shop.app.start("processOrder", {"orderId": order_id}, order_id)

    assert calls_of_capture(shop, order_id) == RetryPolicies().doing.attempts
