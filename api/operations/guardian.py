"""Who looks after orders that nobody brings to their end any more?

On the real host the death of a worker fails a healthy order, and a person may terminate, suspend or
purge its orchestration; or it stands still. The book knows that the order is open, so it is run
again from the start: what was done is found, and an undoing that had begun is finished.

Nothing can be started over an orchestration that stands still, so it is ended first. The engine
takes its time with that: where it takes too long, the guardian finds the orchestration terminated
when it comes again, and knows from the book that this was its own doing.
"""

import asyncio
from dataclasses import replace
from datetime import datetime
from functools import partial

import azure.durable_functions as df
import azure.functions as func

from api.engine.instances import Instance, Phase, ensure_started, look_up, stop
from api.operations.every_order import to_every_order
from api.operations.guardian_refunds import look_after_refunds
from bootstrap import services
from contracts.names import Timer
from domain.desk import Concern
from domain.order import Order
from domain.record import OrderRecord
from ports.book_pages import BookQuery

bp = df.Blueprint()


@bp.function_name(Timer.GUARD_ORDERS.value)
@bp.timer_trigger(arg_name="timer", schedule="0 * * * * *")
@bp.durable_client_input(client_name="client")
async def guard_orders(
    timer: func.TimerRequest,  # noqa: ARG001 - whenever it is
    client: df.DurableOrchestrationClient,
) -> None:
    """Look after every open order and refund that nothing was written of for a while."""
    now = services().clock.now()
    open_orders = BookQuery(
        is_open=True,
        on_desk=False,
        updated_before=now - services().settings.guard.lost_after,
        due_before=now,
    )
    await to_every_order(open_orders, partial(_look_after, client, now))
    open_refunds = replace(open_orders, is_open=False, is_refunding=True, on_desk=None)
    await to_every_order(open_refunds, partial(look_after_refunds, client, now))


async def _look_after(
    client: df.DurableOrchestrationClient, now: datetime, record: OrderRecord
) -> None:
    order_id = record.order.order_id
    instance = await look_up(client, order_id)
    if instance.phase is Phase.SUSPENDED:
        # Somebody wants it to stand still: that is for a person to end.
        await asyncio.to_thread(services().desk.put, order_id, Concern.SUSPENDED)
    elif instance.is_terminated and record.stopped_at is not None:
        await ensure_started(client, record.order)  # the guardian ended it, and could not wait
    elif instance.is_lost(now, services().settings.guard.stuck_after):
        await _rescue(client, now, record, instance)


async def _rescue(
    client: df.DurableOrchestrationClient, now: datetime, record: OrderRecord, instance: Instance
) -> None:
    bound, order_id = services(), record.order.order_id
    if record.rescues >= bound.settings.guard.rescues:
        await asyncio.to_thread(bound.desk.put, order_id, Concern.LOST)
        return
    if instance.phase.is_under_way:
        await _stop_first(client, record.order)
        return
    if instance.is_terminated:
        # Somebody wanted it to end, so it is undone, unless the parcel has left.
        await asyncio.to_thread(bound.order_book.request_cancel, order_id)
    pause = bound.settings.guard.pause_after(record.rescues)
    await asyncio.to_thread(bound.desk.note_rescue, order_id, now + pause)
    await ensure_started(client, record.order)


async def _stop_first(client: df.DurableOrchestrationClient, order: Order) -> None:
    # Written down first: without it, the termination would read as a wish to end the order. If the
    # orchestration comes to life in between, or somebody else terminates it, the order is run again
    # all the same, and finds what was done.
    await asyncio.to_thread(services().desk.note_stop, order.order_id)
    if await stop(client, order.order_id):
        await ensure_started(client, order)
