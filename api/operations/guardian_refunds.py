"""Who looks after refunds that nobody brings to their end any more?

The book knows that a refund is to be paid, so it is run again from the start: what was paid is
found. One that somebody stopped, or that is run again in vain, is left to a person.
"""

import asyncio
from datetime import datetime

import azure.durable_functions as df

from api.engine.instances import Instance, Phase, ensure_refunded, look_up, stop
from bootstrap import services
from contracts.names import Activity
from domain.outcome import Reason
from domain.record import OrderRecord
from domain.refund import OrderRefund, RefundEnd


async def look_after_refunds(
    client: df.DurableOrchestrationClient, now: datetime, record: OrderRecord
) -> None:
    """Look after every open refund of an order."""
    guard = services().settings.guard
    for refund in record.open_refunds:
        instance = await look_up(client, refund.refund_id)
        if _is_stopped_by_hand(instance, record):
            await _leave_to_a_person(record, refund, Reason.STOPPED_BY_HAND)
        elif not instance.is_lost(now, guard.stuck_after):
            continue
        elif record.rescues >= guard.rescues:
            await _leave_to_a_person(record, refund, Reason.UNAVAILABLE)
        else:
            await _rescue(client, now, record, refund, instance)


def _is_stopped_by_hand(instance: Instance, record: OrderRecord) -> bool:
    ended_by_us = record.stopped_at is not None
    return instance.phase is Phase.SUSPENDED or (instance.is_terminated and not ended_by_us)


async def _leave_to_a_person(record: OrderRecord, refund: OrderRefund, reason: Reason) -> None:
    # Closed in the book, it is paid by nobody any more, should its orchestration wake up.
    end = RefundEnd(is_paid=False, failed_step=Activity.REFUND_PAYMENT, reason=reason)
    await asyncio.to_thread(services().refunds.close, record.order.order_id, refund.refund_id, end)


async def _rescue(
    client: df.DurableOrchestrationClient,
    now: datetime,
    record: OrderRecord,
    refund: OrderRefund,
    instance: Instance,
) -> None:
    bound, order_id = services(), record.order.order_id
    if instance.phase.is_under_way:
        # Written down first, as for an order: the termination is nobody's wish.
        await asyncio.to_thread(bound.desk.note_stop, order_id)
        if await stop(client, refund.refund_id):
            await ensure_refunded(client, record.order, refund.refund_id)
        return
    pause = bound.settings.guard.pause_after(record.rescues)
    await asyncio.to_thread(bound.desk.note_rescue, order_id, now + pause)
    await ensure_refunded(client, record.order, refund.refund_id)
