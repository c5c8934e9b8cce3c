"""Retry policies: intervals, and the policy that an orchestration uses."""

from dataclasses import replace

import pytest

from orchestrators.retries import Backoff
from orders.contracts.retries import RetryPolicies, RetryPolicy
from tests.builders import an_order
from tests.faults import FOREVER, Failing
from tests.shop import Shop

STEP = Backoff(RetryPolicies().step)
UNDO = Backoff(RetryPolicies().undo)
TWO_ATTEMPTS = RetryPolicy(first_interval_ms=100, max_interval_ms=100, max_attempts=2)


def intervals_of_the_host(backoff: Backoff) -> list[int]:
    """Return the intervals in milliseconds that the host computes from the options."""
    options = {name: int(value) for name, value in backoff.to_json().items()}
    return [
        min(
            options["firstRetryIntervalInMilliseconds"] * options["backoffCoefficient"] ** attempt,
            options["maxRetryIntervalInMilliseconds"],
        )
        for attempt in range(options["maxNumberOfAttempts"])
    ]


def set_retries(shop: Shop, retries: RetryPolicies) -> None:
    """Change the settings for orchestrations that start from now on."""
    shop.replace_ports(settings=replace(shop.services.settings, retries=retries))


def count_captures(shop: Shop, order_id: str) -> int:
    """Return how often the latest orchestration tried to capture the payment before it waited."""
    activities: list[str] = shop.app.wait(order_id).activities
    return activities[: activities.index("checkWait")].count("capturePayment")


def test_intervals_double() -> None:
    """The first one is half a second."""
    assert intervals_of_the_host(STEP)[:5] == [500, 1000, 2000, 4000, 8000]


@pytest.mark.parametrize(("backoff", "least", "most"), [(STEP, 30, 55), (UNDO, 180, 300)])
def test_retries_end_in_time(backoff: Backoff, least: int, most: int) -> None:
    """Those of a step within a minute, those of an undo after some minutes."""
    assert least <= sum(intervals_of_the_host(backoff)) / 1000 <= most


def test_intervals_have_a_maximum() -> None:
    """The intervals stop doubling there."""
    assert max(intervals_of_the_host(STEP)) == 10_000
    assert max(intervals_of_the_host(UNDO)) == 30_000


@pytest.mark.parametrize("backoff", [STEP, UNDO])
def test_entity_calls_have_the_intervals_of_activities(backoff: Backoff) -> None:
    """The orchestrator waits by itself as long as the host would."""
    milliseconds = [interval.total_seconds() * 1000 for interval in backoff.intervals]

    assert milliseconds == intervals_of_the_host(backoff)


def test_step_is_tried_as_often_as_the_settings_say(shop: Shop) -> None:
    """After that the order is undone."""
    set_retries(shop, RetryPolicies(step=TWO_ATTEMPTS))

    order_id = shop.place(an_order(payment_method="pm_sandbox_captureUnavailable"))

    assert count_captures(shop, order_id) == 2
    assert shop.get(order_id)["status"] == "rejected"


def test_running_orchestration_keeps_its_policies(shop: Shop) -> None:
    """They are its input; a change of the settings does not affect it."""
    set_retries(shop, RetryPolicies(step=TWO_ATTEMPTS))
    capture = Failing(shop.payments, "capture", before=FOREVER)
    order_id = shop.place(an_order())
    set_retries(shop, RetryPolicies())
    shop.replace_ports(payments=capture)

    assert count_captures(shop, order_id) == 2


def test_restarted_order_uses_the_current_settings(shop: Shop) -> None:
    """Recovery starts a new orchestration, whose input has the policies of that moment.

    Retries are technical settings, not terms of the order: an operator who raises them helps open
    orders too.
    """
    set_retries(shop, RetryPolicies(step=TWO_ATTEMPTS))
    order_id = shop.place(an_order(payment_method="pm_sandbox_captureUnavailable"))
    shop.app.wait_until_idle()
    shop.manage(order_id, "terminate")
    shop.manage(order_id, "purge")
    set_retries(shop, RetryPolicies(step=replace(TWO_ATTEMPTS, max_attempts=3)))

    shop.let_minutes_pass(5)

    assert count_captures(shop, order_id) == 3
    assert shop.record(order_id).runs == 2


def test_input_without_policies_uses_the_defaults(shop: Shop) -> None:
    """An operator may start an order through the management API with its ID alone."""
    set_retries(shop, RetryPolicies(step=TWO_ATTEMPTS))
    order_id = shop.place(an_order(payment_method="pm_sandbox_captureUnavailable"))
    shop.app.terminate(order_id, "its worker died")
    shop.app.wait_until_idle()
    shop.app.start("processOrder", {"orderId": order_id}, order_id)

    assert count_captures(shop, order_id) == RetryPolicies().step.max_attempts
