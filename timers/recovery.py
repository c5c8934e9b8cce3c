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

from orders.engine.instances import Instance, Phase, start_order, get_instance, stop
from orders.order_scan import for_each_order
from timers.recovery import look_after_refunds
from orders.services import services
from orders.contracts.names import Timer
from orders.domain.attention import AttentionReason
from orders.domain.order import Order
from orders.domain.order_record import OrderRecord
from orders.ports.order_store import OrderQuery

bp = df.Blueprint()


@bp.function_name(Timer.RECOVER_ORDERS.value)
@bp.timer_trigger(arg_name="timer", schedule="0 * * * * *")
@bp.durable_client_input(client_name="client")
async def recover_orders(
    timer: func.TimerRequest,  # noqa: ARG001 - whenever it is
    client: df.DurableOrchestrationClient,
) -> None:
    """Look after every open order and refund that nothing was written of for a while."""
    now = services().clock.now()
    open_orders = OrderQuery(
        is_open=True,
        needs_attention=False,
        updated_before=now - services().settings.guard.recover_after,
        recovery_due_before=now,
    )
    await for_each_order(open_orders, partial(_look_after, client, now))
    open_refunds = replace(open_orders, is_open=False, has_open_refund=True, needs_attention=None)
    await for_each_order(open_refunds, partial(look_after_refunds, client, now))


async def _look_after(
    client: df.DurableOrchestrationClient, now: datetime, record: OrderRecord
) -> None:
    order_id = record.order.order_id
    instance = await get_instance(client, order_id)
    if instance.phase is Phase.SUSPENDED:
        # Somebody wants it to stand still: that is for a person to end.
        await asyncio.to_thread(services().desk.put, order_id, AttentionReason.SUSPENDED)
    elif instance.is_terminated and record.terminated_at is not None:
        await start_order(client, record.order)  # the guardian ended it, and could not wait
    elif instance.needs_recovery(now, services().settings.guard.stalled_after):
        await _recovery(client, now, record, instance)


async def _recovery(
    client: df.DurableOrchestrationClient, now: datetime, record: OrderRecord, instance: Instance
) -> None:
    bound, order_id = services(), record.order.order_id
    if record.recovery_attempts >= bound.settings.guard.recovery_attempts:
        await asyncio.to_thread(bound.desk.put, order_id, AttentionReason.RECOVERY_FAILED)
        return
    if instance.phase.is_under_way:
        await _stop_first(client, record.order)
        return
    if instance.is_terminated:
        # Somebody wanted it to end, so it is undone, unless the parcel has left.
        await asyncio.to_thread(bound.order_store.request_cancel, order_id)
    pause = bound.settings.guard.pause_after(record.recovery_attempts)
    await asyncio.to_thread(bound.desk.record_recovery, order_id, now + pause)
    await start_order(client, record.order)


async def _stop_first(client: df.DurableOrchestrationClient, order: Order) -> None:
    # Written down first: without it, the termination would read as a wish to end the order. If the
    # orchestration comes to life in between, or somebody else terminates it, the order is run again
    # all the same, and finds what was done.
    await asyncio.to_thread(services().desk.record_termination, order.order_id)
    if await stop(client, order.order_id):
        await start_order(client, order)


# ==== merged from api/operations/guardian_refunds.py
"""Who looks after refunds that nobody brings to their end any more?

The book knows that a refund is to be paid, so it is run again from the start: what was paid is
found. One that somebody stopped, or that is run again in vain, is left to a person.
"""

import asyncio
from datetime import datetime

import azure.durable_functions as df

from orders.engine.instances import Instance, Phase, start_refund, get_instance, stop
from orders.services import services
from orders.contracts.names import Activity
from orders.domain.outcome import Reason
from orders.domain.order_record import OrderRecord
from orders.domain.refund import Refund, RefundOutcome


async def look_after_refunds(
    client: df.DurableOrchestrationClient, now: datetime, record: OrderRecord
) -> None:
    """Look after every open refund of an order."""
    guard = services().settings.guard
    for refund in record.open_refunds:
        instance = await get_instance(client, refund.refund_id)
        if _is_stopped_by_hand(instance, record):
            await _leave_to_a_person(record, refund, Reason.STOPPED_BY_OPERATOR)
        elif not instance.needs_recovery(now, guard.stalled_after):
            continue
        elif record.recovery_attempts >= guard.recovery_attempts:
            await _leave_to_a_person(record, refund, Reason.UNAVAILABLE)
        else:
            await _recovery(client, now, record, refund, instance)


def _is_stopped_by_hand(instance: Instance, record: OrderRecord) -> bool:
    ended_by_us = record.terminated_at is not None
    return instance.phase is Phase.SUSPENDED or (instance.is_terminated and not ended_by_us)


async def _leave_to_a_person(record: OrderRecord, refund: Refund, reason: Reason) -> None:
    # Closed in the book, it is paid by nobody any more, should its orchestration wake up.
    end = RefundOutcome(is_paid=False, failed_step=Activity.REFUND_PAYMENT, reason=reason)
    await asyncio.to_thread(services().refunds.close, record.order.order_id, refund.refund_id, end)


async def _recovery(
    client: df.DurableOrchestrationClient,
    now: datetime,
    record: OrderRecord,
    refund: Refund,
    instance: Instance,
) -> None:
    bound, order_id = services(), record.order.order_id
    if instance.phase.is_under_way:
        # Written down first, as for an order: the termination is nobody's wish.
        await asyncio.to_thread(bound.desk.record_termination, order_id)
        if await stop(client, refund.refund_id):
            await start_refund(client, record.order, refund.refund_id)
        return
    pause = bound.settings.guard.pause_after(record.recovery_attempts)
    await asyncio.to_thread(bound.desk.record_recovery, order_id, now + pause)
    await start_refund(client, record.order, refund.refund_id)
