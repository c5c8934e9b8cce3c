"""What can happen to a step, and how is it brought about?"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Final
from unittest import mock

import entities.stock
from orders.contracts.steps import progress
from orders.domain.attention import ResolutionAction
from orders.domain.outcome import OrderStatus
from tests.faults import FOREVER, Failing, FailingStock
from tests.proof.behind import empty_the_shelf
from tests.proof.steps import Row
from tests.shop import Shop


class NotPossible(Exception):
    """This does not happen to this step, and the message says why."""


@contextmanager
def failing(
    shop: Shop, row: Row, *, before: int = 0, after: int = 0
) -> Iterator[Failing | FailingStock]:
    """Let what stands behind the step fail, until the block is left."""
    if row.port == "stock":
        stock = FailingStock(row.method, before=before, after=after)
        with mock.patch.object(entities.stock, "_apply", stock):
            yield stock
    else:
        port = Failing(getattr(shop.services, row.port), row.method, before=before, after=after)
        shop.replace_ports(**{row.port: port})
        yield port
        shop.restore_ports()


def refused(shop: Shop, row: Row) -> str:
    """The step answers no."""
    if isinstance(row.no, str):
        raise NotPossible(row.no)
    order_id = shop.place(row.no)
    shop.app.settle()
    if row.undoes:
        _cancel(shop, order_id)
    shop.app.wait(order_id)
    return order_id


def flaky(shop: Shop, row: Row) -> str:
    """It fails twice, then it works."""
    with failing(shop, row, before=2):
        return shop.run(row.order).instance_id


def down(shop: Shop, row: Row) -> str:
    """It fails for as long as it is tried."""
    with failing(shop, row, before=FOREVER):
        return shop.run(row.order).instance_id


def retried(shop: Shop, row: Row) -> str:
    """It fails for as long as it is tried; later a person lets it be tried again."""
    return _decided(shop, row, ResolutionAction.RETRY)


def settled(shop: Shop, row: Row) -> str:
    """It fails for as long as it is tried; a person does it by hand."""
    return _decided(shop, row, ResolutionAction.SETTLED_ELSEWHERE)


def skipped_steps(shop: Shop, row: Row) -> str:
    """It fails for as long as it is tried; a person decides that it is not going to be done."""
    return _decided(shop, row, ResolutionAction.SKIP)


def answer_lost(shop: Shop, row: Row) -> str:
    """It is done, but its answer is lost."""
    with failing(shop, row, after=1):
        return shop.run(row.order).instance_id


def crash_before(shop: Shop, row: Row) -> str:
    """The run is lost before the effect, and the order run again."""
    return _run_again(shop, _lost_while(shop, row, before=FOREVER))


def crash_after(shop: Shop, row: Row) -> str:
    """The run is lost after the effect, and the order run again."""
    return _run_again(shop, _lost_while(shop, row, after=FOREVER))


def worker_lost(shop: Shop, row: Row) -> str:
    """The worker dies in the episode that asks for the step: Failed, and run again."""

    def dying(step: Step) -> dict[str, str]:
        if step is row.step:
            raise SystemError("the worker died")
        return progress(step)

    order_id = shop.place(row.order)
    with mock.patch("orchestrators.steps.progress", dying):
        assert shop.app.wait(order_id).status == "Failed"
    return _run_again(shop, order_id)


def late(shop: Shop, row: Row) -> str:
    """The step is done by a straggler after the order was undone."""
    if isinstance(row.late, str):
        raise NotPossible(row.late)
    with _no_capture(shop):
        order_id = shop.run(row.order).instance_id
    before = shop.effects()
    row.late(shop, order_id)
    assert shop.effects() == before
    return order_id


def cancel_twice(shop: Shop, row: Row) -> str:
    """The customer cancels twice while the step is tried."""
    return _meanwhile(shop, row, _cancel, _cancel)


def cancel_now(shop: Shop, row: Row) -> str:
    """The customer cancels while the step is tried."""
    return _meanwhile(shop, row, _cancel)


def stock_gone(shop: Shop, row: Row) -> str:
    """All unreserved units are taken from the shelf while the step is tried."""
    return _meanwhile(shop, row, lambda shop, _: empty_the_shelf(shop))


def _decided(shop: Shop, row: Row, action: ResolutionAction) -> str:
    if not row.down.startswith(OrderStatus.NEEDS_ATTENTION):
        raise NotPossible("it does not take a person")
    order_id = down(shop, row)
    answer = shop.resolve(order_id, action)
    assert answer.status == 202, answer.text
    shop.app.wait(order_id)
    return order_id


def _meanwhile(shop: Shop, row: Row, *what: Callable[[Shop, str], object]) -> str:
    with failing(shop, row, before=FOREVER) as behind:
        order_id = _place_until_called(shop, row, behind)
        for happens in what:
            happens(shop, order_id)
    shop.app.wait(order_id)
    return order_id


def _lost_while(shop: Shop, row: Row, **fails: int) -> str:
    with failing(shop, row, **fails) as behind:
        order_id = _place_until_called(shop, row, behind)
        shop.app.terminate(order_id, "its worker died")
        shop.app.settle()
    return order_id


def _place_until_called(shop: Shop, row: Row, behind: Failing | FailingStock) -> str:
    order_id = shop.place(row.order)
    shop.app.settle()
    while not behind.calls:
        shop.advance_to_next_timer()
    return order_id


def _run_again(shop: Shop, order_id: str) -> str:
    shop.restart(order_id)
    return order_id


def _cancel(shop: Shop, order_id: str) -> None:
    answer = shop.app.request("POST", f"/api/orders/{order_id}/cancel")
    assert answer.status in {202, 409}, answer.text


@contextmanager
def _no_capture(shop: Shop) -> Iterator[None]:
    shop.replace_ports(payments=Failing(shop.payments, "capture", before=FOREVER))
    yield
    shop.restore_ports()


Situation = Callable[[Shop, Row], str]

SITUATIONS: Final[tuple[Situation, ...]] = (
    *(refused, flaky, down, retried, settled, skipped_steps),
    *(answer_lost, crash_before, crash_after, worker_lost),
    *(late, cancel_now, cancel_twice, stock_gone),
)


def expected_end(row: Row, situation: Situation) -> str:
    """How the order must end."""
    ends: dict[Any, str] = {
        refused: row.no_end,
        down: row.down,
        late: "rejected, unavailable",
        cancel_now: row.cancel,
        cancel_twice: row.cancel,
        stock_gone: row.stock_gone,
    }
    return ends.get(situation, row.end)
