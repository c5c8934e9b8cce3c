"""What happens to an order when a service fails, for a while or for good?"""

import pytest

from tests.builders import a_booked_order, a_person, an_order
from tests.faults import FOREVER, Failing
from tests.shop import Shop

DONE_ONCE = ["authorized", "captured", "booked", "dispatched", "sent"]


@pytest.mark.parametrize(
    ("port", "method"),
    [
        ("payments", "authorize"),
        ("payments", "capture"),
        ("carrier", "book"),
        ("carrier", "release"),
        ("mailer", "send_confirmation"),
    ],
)
@pytest.mark.parametrize(("before", "after"), [(2, 0), (0, 1), (1, 2)])
def test_a_step_that_fails_for_a_while_happens_once(
    shop: Shop, port: str, method: str, before: int, after: int
) -> None:
    """Faults before and after the effect are retried, and the effect is there once."""
    failing = Failing(getattr(shop.services, port), method, before=before, after=after)
    shop.replace_ports(**{port: failing})

    run = shop.run(an_order())

    assert run.output["status"] == "completed"
    assert failing.calls == before + after + 1
    assert shop.effects() == DONE_ONCE


@pytest.mark.parametrize(
    "order",
    [
        an_order(payment_method="pm_sandbox_timeoutAfterEffect"),
        an_order(postal_code="00002"),
    ],
)
def test_an_answer_that_was_lost_is_found_again(shop: Shop, order: dict[str, object]) -> None:
    """When the effect happened and its answer was lost, the repeated call finds it."""
    run = shop.run(order)

    assert run.output["status"] == "completed"
    assert shop.effects() == DONE_ONCE


def test_a_slow_carrier_is_asked_again_until_it_is_done(shop: Shop) -> None:
    """The customer waits some seconds longer, no more."""
    run = shop.run(an_order(postal_code="00003"))

    assert run.output["status"] == "completed"
    assert run.activities.count("shipOrder") == 4


def test_a_flaky_gateway_is_tried_a_third_time(shop: Shop) -> None:
    """Two faults and then an approval: the order goes through."""
    run = shop.run(an_order(payment_method="pm_sandbox_flaky"))

    assert run.output["status"] == "completed"
    assert run.activities.count("processPayment") == 3
    assert shop.effects() == ["fault", "fault", *DONE_ONCE]


@pytest.mark.parametrize(
    ("order", "step", "effects"),
    [
        (an_order(payment_method="pm_sandbox_unavailable"), "processPayment", ["nothing"]),
        (an_order(postal_code="00000"), "shipOrder", ["authorized", "voided", "nothing"]),
        (
            an_order(payment_method="pm_sandbox_captureUnavailable"),
            "capturePayment",
            ["authorized", "voided", "booked", "canceled"],
        ),
    ],
)
def test_a_step_that_fails_for_good_ends_the_order_undone(
    shop: Shop, order: dict[str, object], step: str, effects: list[str]
) -> None:
    """After eight attempts, what was or may have been done is undone: rejected, unavailable."""
    run = shop.run(order)

    assert run.output == {"status": "rejected", "reason": "unavailable"}
    assert run.activities.count(step) == 8
    assert shop.effects() == effects


def test_a_step_gives_up_within_a_minute(shop: Shop) -> None:
    """An order whose gateway is down ends while somebody may still be waiting for it."""
    order_id = shop.place(an_order(payment_method="pm_sandbox_unavailable"))
    shop.app.wait(order_id)

    record = shop.record(order_id)
    assert record.ended_at is not None
    assert 30 < (record.ended_at - record.order.placed_at).total_seconds() < 60


def test_rules_that_cannot_be_asked_end_the_order(shop: Shop) -> None:
    """A catalogue that stays unreadable rejects the order; nothing had been done."""
    shop.replace_ports(catalogue=Failing(shop.services.catalogue, "article", before=FOREVER))
    shop.services.order_store.place(a_booked_order("ord_1"), a_person(), "f")

    run = shop.restart("ord_1")

    assert run.output == {"status": "rejected", "reason": "unavailable"}
    assert shop.effects() == []


def test_a_mail_that_cannot_be_sent_does_not_stop_a_good_order(shop: Shop) -> None:
    """The order is completed, with a note for the shop; nothing is undone."""
    order_id = shop.place(an_order(email="ada@undeliverable.example"))
    run = shop.app.wait(order_id)

    assert run.output["status"] == "completed"
    assert run.output["notes"] == ["The confirmation mail could not be sent."]
    assert shop.effects() == ["authorized", "captured", "booked", "dispatched"]
    assert shop.get(order_id)["notes"] == run.output["notes"]
