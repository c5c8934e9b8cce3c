"""Steps whose service fails: for a while, or for good."""

import pytest

from tests.builders import a_customer, a_stored_order, an_order
from tests.faults import FOREVER, Failing
from tests.shop import COMPLETED_EFFECTS, UNDONE_EFFECTS, Shop


@pytest.mark.parametrize(
    ("port", "method"),
    [
        ("payments", "authorize"),
        ("payments", "capture"),
        ("carrier", "book"),
        ("carrier", "dispatch"),
        ("mailer", "send"),
    ],
)
@pytest.mark.parametrize(("before", "after"), [(2, 0), (0, 1), (1, 2)])
def test_step_that_fails_for_a_while_is_done_once(
    shop: Shop, port: str, method: str, before: int, after: int
) -> None:
    """Faults before and after the effect are retried."""
    failing = Failing(getattr(shop.services, port), method, before=before, after=after)
    shop.replace_ports(**{port: failing})

    run = shop.run(an_order())

    assert run.output["status"] == "completed"
    assert failing.calls == before + after + 1
    assert shop.effects() == COMPLETED_EFFECTS


@pytest.mark.parametrize(
    "order",
    [
        an_order(payment_method="pm_sandbox_timeoutAfterEffect"),
        an_order(postal_code="00002"),
    ],
)
def test_effect_with_a_lost_reply_is_found(shop: Shop, order: dict[str, object]) -> None:
    """The repeated call does nothing twice."""
    run = shop.run(order)

    assert run.output["status"] == "completed"
    assert shop.effects() == COMPLETED_EFFECTS


def test_slow_booking_is_retried(shop: Shop) -> None:
    """The carrier answers at the fourth call."""
    run = shop.run(an_order(postal_code="00003"))

    assert run.output["status"] == "completed"
    assert run.activities.count("shipOrder") == 4


def test_flaky_authorization_is_retried(shop: Shop) -> None:
    """Two faults, then an approval."""
    run = shop.run(an_order(payment_method="pm_sandbox_flaky"))

    assert run.output["status"] == "completed"
    assert run.activities.count("processPayment") == 3
    assert shop.effects() == ["fault", "fault", *COMPLETED_EFFECTS]


@pytest.mark.parametrize(
    ("order", "step", "effects"),
    [
        (an_order(payment_method="pm_sandbox_unavailable"), "processPayment", ["nothing"]),
        (an_order(postal_code="00000"), "shipOrder", ["authorized", "voided", "nothing"]),
        (
            an_order(payment_method="pm_sandbox_captureUnavailable"),
            "capturePayment",
            UNDONE_EFFECTS,
        ),
    ],
)
def test_step_that_fails_for_good_rejects_the_order(
    shop: Shop, order: dict[str, object], step: str, effects: list[str]
) -> None:
    """After its wait everything is undone that was done or may have been done.

    There are eight attempts before the wait, and eight each time it is woken.
    """
    run = shop.run(order)

    assert run.output == {"status": "rejected", "reason": "unavailable"}
    assert run.activities.count(step) == 3 * 8
    assert shop.effects() == effects


def test_wait_begins_within_a_minute(shop: Shop) -> None:
    """The customer may be watching."""
    order_id = shop.place(an_order(payment_method="pm_sandbox_unavailable"))
    shop.let_minutes_pass(1)

    record = shop.record(order_id)
    assert record.waiting is not None
    assert 30 < (record.waiting.since - record.order.placed_at).total_seconds() < 60


def test_unreadable_catalogue_rejects_the_order(shop: Shop) -> None:
    """The validation fails for good, before anything is done."""
    shop.replace_ports(catalogue=Failing(shop.services.catalogue, "product", before=FOREVER))
    shop.services.order_store.place(a_stored_order("ord_1"), a_customer(), "f")

    run = shop.restart("ord_1")

    assert run.output == {"status": "rejected", "reason": "unavailable"}
    assert shop.effects() == []


def test_order_without_its_confirmation_is_completed(shop: Shop) -> None:
    """With a note for operators; nothing is undone."""
    order_id = shop.place(an_order(email="ada@undeliverable.example"))
    run = shop.app.wait(order_id)

    assert run.output["status"] == "completed"
    assert run.output["notes"] == ["The confirmation email could not be sent."]
    assert shop.effects() == ["authorized", "captured", "booked", "dispatched"]
    assert shop.get(order_id)["notes"] == run.output["notes"]
