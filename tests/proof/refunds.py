"""What can happen to the steps of a refund, and how is it brought about?"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final
from unittest import mock

from orders.contracts.names import Activity
from orders.contracts.steps import progress
from tests.builders import a_refund, an_order
from tests.faults import FOREVER, Failing
from tests.proof.behind import empty_the_shelf
from tests.proof.situations import NotPossible
from tests.shop import Shop

HALF: Final = a_refund(1735)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RefundRow:
    """One step of a refund."""

    step: Activity
    port: str
    method: str
    #: How the refund stands if the step fails for as long as it is tried.
    down: str
    #: A payment method whose refund is refused; or why no such thing happens at this step.
    no: str = "it has no answer but that it is done"
    #: Whether somebody may do the step late, when a person has decided otherwise; or why not.
    late: bool | str = "a refund is closed when it is paid, and its mail sent"

    @property
    def name(self) -> str:
        """What the row is called."""
        return f"{self.step.value} ({self.port}.{self.method})"


REFUND_ROWS: Final = (
    RefundRow(
        step=Activity.REFUND_PAYMENT,
        port="payments",
        method="refund",
        down="failed",
        no="pm_sandbox_refundRefused",
        late=True,
    ),
    RefundRow(
        step=Activity.SEND_REFUND_EMAIL, port="mailer", method="send_refund_notice", down="paid"
    ),
    RefundRow(step=Activity.CLOSE_REFUND, port="refunds", method="close", down="requested"),
)


@contextmanager
def failing(shop: Shop, row: RefundRow, **fails: int) -> Iterator[Failing]:
    """Let what stands behind the step fail, until the block is left."""
    port = Failing(getattr(shop.services, row.port), row.method, **fails)
    shop.replace_ports(**{row.port: port})
    yield port
    shop.restore_ports()


def refused(shop: Shop, row: RefundRow) -> str:
    """The step answers no."""
    if not row.no.startswith("pm_"):
        raise NotPossible(row.no)
    return _refunded(shop, _completed(shop, row.no))


def flaky(shop: Shop, row: RefundRow) -> str:
    """It fails twice, then it works."""
    order_id = _completed(shop)
    with failing(shop, row, before=2):
        return _refunded(shop, order_id)


def down(shop: Shop, row: RefundRow) -> str:
    """It fails for as long as it is tried."""
    order_id = _completed(shop)
    with failing(shop, row, before=FOREVER):
        return _refunded(shop, order_id)


def answer_lost(shop: Shop, row: RefundRow) -> str:
    """It is done, but its answer is lost."""
    order_id = _completed(shop)
    with failing(shop, row, after=1):
        return _refunded(shop, order_id)


def crash_before(shop: Shop, row: RefundRow) -> str:
    """The run is lost before the effect, and the refund run again."""
    return _run_again(shop, _lost_while(shop, row, before=FOREVER))


def crash_after(shop: Shop, row: RefundRow) -> str:
    """The run is lost after the effect, and the refund run again."""
    return _run_again(shop, _lost_while(shop, row, after=FOREVER))


def worker_lost(shop: Shop, row: RefundRow) -> str:
    """The worker dies in the episode that asks for the step: Failed, and run again."""

    def dying(step: Step) -> dict[str, str]:
        if step is row.step:
            raise SystemError("the worker died")
        return progress(step)

    order_id = _completed(shop)
    with mock.patch("orchestrators.steps.progress", dying):
        refund_id = _ask(shop, order_id)
        assert shop.app.wait(refund_id).status == "Failed"
    return _run_again(shop, order_id)


def late(shop: Shop, row: RefundRow) -> str:
    """The step is done by a straggler after a person decided against the refund."""
    if isinstance(row.late, str):
        raise NotPossible(row.late)
    order_id = down(shop, row)
    assert shop.resolve(order_id, "skip").status == 202
    return _run_again(shop, order_id)


def twice(shop: Shop, row: RefundRow) -> str:
    """It is asked for twice while the step is tried."""
    return _meanwhile(shop, row, lambda order_id: _ask(shop, order_id))


def cancel_now(shop: Shop, row: RefundRow) -> str:
    """The customer cancels while the step is tried."""

    def cancel(order_id: str) -> None:
        assert shop.app.request("POST", f"/api/orders/{order_id}/cancel").status == 409

    return _meanwhile(shop, row, cancel)


def stock_gone(shop: Shop, row: RefundRow) -> str:
    """All unreserved units are taken from the shelf while the step is tried."""
    return _meanwhile(shop, row, lambda _: empty_the_shelf(shop))


RefundSituation = Callable[[Shop, RefundRow], str]

REFUND_SITUATIONS: Final[tuple[RefundSituation, ...]] = (
    *(refused, flaky, down, answer_lost, crash_before, crash_after, worker_lost),
    *(late, twice, cancel_now, stock_gone),
)


def expected_refund(row: RefundRow, situation: RefundSituation) -> str:
    """How the refund must stand afterwards."""
    ends: dict[Any, str] = {refused: "failed", down: row.down, late: "skipped"}
    return ends.get(situation, "paid")


def _completed(shop: Shop, payment_method: str = "pm_card_visa") -> str:
    return shop.run(an_order(payment_method=payment_method)).instance_id


def _ask(shop: Shop, order_id: str) -> str:
    answer = shop.refund(order_id, HALF)
    assert answer.status == 202, answer.text
    return str(answer.json()["refundId"])


def _refunded(shop: Shop, order_id: str) -> str:
    shop.app.wait(_ask(shop, order_id))
    return order_id


def _meanwhile(shop: Shop, row: RefundRow, happens: Callable[[str], object]) -> str:
    with failing(shop, row, before=FOREVER) as behind:
        order_id, refund_id = _ask_until_called(shop, behind)
        happens(order_id)
    shop.app.wait(refund_id)
    return order_id


def _lost_while(shop: Shop, row: RefundRow, **fails: int) -> str:
    with failing(shop, row, **fails) as behind:
        order_id, refund_id = _ask_until_called(shop, behind)
        shop.app.terminate(refund_id, "its worker died")
        shop.app.settle()
    return order_id


def _ask_until_called(shop: Shop, behind: Failing) -> tuple[str, str]:
    order_id = _completed(shop)
    refund_id = _ask(shop, order_id)
    shop.app.settle()
    while not behind.calls:
        shop.advance_to_next_timer()
    return order_id, refund_id


def _run_again(shop: Shop, order_id: str) -> str:
    (refund,) = shop.record(order_id).refunds
    shop.restart_refund(order_id, refund.refund_id)
    return order_id
