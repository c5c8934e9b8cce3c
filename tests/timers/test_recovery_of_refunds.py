"""Does somebody look after refunds that nobody brings to their end any more?"""

from datetime import timedelta

import pytest

from tests.builders import a_refund, an_order
from tests.faults import FOREVER, Failing
from tests.shop import Shop


def minutes(shop: Shop, number: int) -> None:
    """Let minutes pass."""
    shop.app.let_pass(timedelta(minutes=number))


def get_status(shop: Shop, order_id: str) -> str:
    """How the order's refund stands."""
    return str(shop.get(order_id)["refunds"][0]["status"])


def an_open_refund(shop: Shop) -> tuple[str, str]:
    """An order and a refund of it that waits for the gateway's second try."""
    order_id = shop.run(an_order()).instance_id
    shop.replace_ports(payments=Failing(shop.payments, "refund", before=1))
    refund_id = shop.refund(order_id, a_refund()).json()["refundId"]
    shop.app.settle()
    return order_id, refund_id


def manage(shop: Shop, refund_id: str, verb: str) -> None:
    """Do something to the refund's orchestration by hand."""
    path = f"/runtime/webhooks/durabletask/instances/{refund_id}/{verb}?reason=hand"
    assert shop.app.request("POST", path).status in {200, 202}
    shop.app.settle()


def test_a_refund_that_was_lost_is_run_again(shop: Shop) -> None:
    """Its book could not be written; the money is found paid."""
    order_id = shop.run(an_order()).instance_id
    shop.replace_ports(refunds=Failing(shop.services.refunds, "close", before=FOREVER))
    shop.app.wait(shop.refund(order_id, a_refund()).json()["refundId"])
    shop.restore_ports()

    minutes(shop, 3)

    assert get_status(shop, order_id) == "paid"
    assert shop.effects().count("refunded") == 1


def test_a_refund_that_was_never_started_is_started(shop: Shop) -> None:
    """Whoever asked for it wrote it down, and could not start it."""
    order_id, refund_id = an_open_refund(shop)
    manage(shop, refund_id, "terminate")
    path = f"/runtime/webhooks/durabletask/instances/{refund_id}"
    assert shop.app.request("DELETE", path).status == 200

    minutes(shop, 3)

    assert get_status(shop, order_id) == "paid"


@pytest.mark.parametrize("verb", ["terminate", "suspend"])
def test_a_refund_that_somebody_stopped_is_left_to_a_person(shop: Shop, verb: str) -> None:
    """And is paid by nobody, should its orchestration wake up."""
    order_id, refund_id = an_open_refund(shop)
    manage(shop, refund_id, verb)
    minutes(shop, 3)
    if verb == "suspend":
        manage(shop, refund_id, "resume")
        shop.app.wait(refund_id)

    assert get_status(shop, order_id) == "failed"
    assert shop.get(order_id)["refunds"][0]["reason"] == "stoppedByOperator"
    assert "refunded" not in shop.effects()


def test_a_retry_resumes_a_refund_that_somebody_suspended(shop: Shop) -> None:
    """Nothing can be started over its orchestration as long as that is suspended."""
    order_id, refund_id = an_open_refund(shop)
    manage(shop, refund_id, "suspend")
    minutes(shop, 3)
    shop.resolve(order_id, "retry")
    shop.app.wait(refund_id)

    assert get_status(shop, order_id) == "paid"
    assert shop.effects().count("refunded") == 1


def test_a_resolution_about_something_else_resumes_no_refund(shop: Shop) -> None:
    """It was suspended a moment ago, and nobody has decided about it."""
    shop.replace_ports(mailer=Failing(shop.mailer, "send_confirmation", before=FOREVER))
    order_id, refund_id = an_open_refund(shop)
    manage(shop, refund_id, "suspend")
    shop.resolve(order_id, "skip")
    shop.app.settle()

    assert shop.app.look(refund_id).status == "Suspended"
    assert get_status(shop, order_id) == "requested"


def test_a_refund_that_stands_still_is_ended_and_run_again(shop: Shop) -> None:
    """Nothing can be started over its orchestration as long as that is under way."""
    order_id, _ = an_open_refund(shop)
    shop.app.clock.advance(shop.app.clock.now() + timedelta(hours=2))
    assert shop.app.request("POST", "/admin/functions/guardOrders", json={}).status == 202
    shop.app.settle()

    assert get_status(shop, order_id) == "paid"


def test_a_refund_that_is_run_again_in_vain_is_left_to_a_person(shop: Shop) -> None:
    """After as many tries as an order gets."""
    order_id = shop.run(an_order()).instance_id
    shop.replace_ports(refunds=Failing(shop.services.refunds, "close", before=5 * 12 + 12))
    shop.refund(order_id, a_refund())

    minutes(shop, 60 * 10)

    assert get_status(shop, order_id) == "failed"
    assert shop.record(order_id).recovery_attempts == 0
