"""Timer `recoverOrders`: restart orders and refunds whose orchestration does not end them.

On the real host the death of a worker fails a healthy orchestration. An operator may terminate,
suspend or purge one, or it may stall. The record says that the order is open, so recovery restarts
it from the start: steps that were done are found, and an undo that had begun is finished.

A stalled orchestration must be terminated before it can be started again. If the engine takes too
long for that, the next run finds the orchestration terminated, and the record says by whom.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import datetime
from functools import partial

import azure.durable_functions as df
import azure.functions as func

from orders.contracts.names import Activity, Timer
from orders.domain.attention import AttentionReason
from orders.domain.operator_changes import close_refund
from orders.domain.order_record import OrderRecord
from orders.domain.outcome import Reason
from orders.domain.refund import Refund, RefundOutcome
from orders.engine.instances import (
    Instance,
    Phase,
    get_instance,
    start_order,
    start_refund,
    terminate,
)
from orders.order_scan import for_each_order
from orders.ports.order_store import Change, OrderQuery
from orders.services import services

bp = df.Blueprint()


@bp.function_name(Timer.RECOVER_ORDERS.value)
@bp.timer_trigger(arg_name="timer", schedule="0 * * * * *")
@bp.durable_client_input(client_name="client")
async def recover_orders(
    timer: func.TimerRequest,  # noqa: ARG001 - the trigger's parameter
    client: df.DurableOrchestrationClient,
) -> None:
    """Recover every open order and refund whose record has not changed for a while."""
    now = services().clock.now()
    open_orders = OrderQuery(
        is_open=True,
        needs_attention=False,
        recovery_due_before=now - services().settings.recovery.recover_after,
    )
    await for_each_order(open_orders, partial(_recover_order, client, now))
    open_refunds = replace(open_orders, is_open=False, has_open_refund=True, needs_attention=None)
    await for_each_order(open_refunds, partial(_recover_refunds, client, now))


async def _recover_order(
    client: df.DurableOrchestrationClient, now: datetime, record: OrderRecord
) -> None:
    order_id = record.order.order_id
    policy = services().settings.recovery
    instance = await get_instance(client, order_id)
    if instance.phase is Phase.SUSPENDED:
        await _request_attention(record, AttentionReason.SUSPENDED)
    elif instance.is_terminated and record.terminated_at is not None:
        await start_order(client, order_id)  # recovery terminated it in an earlier run
    elif not instance.needs_recovery(now, policy.stalled_after):
        return
    elif record.recovery_attempts >= policy.max_attempts:
        await _request_attention(record, AttentionReason.RECOVERY_FAILED)
    else:
        if instance.is_terminated:
            # An operator ended the orchestration: undo the order, unless it is dispatched.
            await _update(
                order_id, lambda record: record.request_cancel(now, Reason.STOPPED_BY_OPERATOR)
            )
        start = partial(start_order, client, order_id)
        await _restart(client, now, record, order_id, instance, start)


async def _recover_refunds(
    client: df.DurableOrchestrationClient, now: datetime, record: OrderRecord
) -> None:
    policy = services().settings.recovery
    for refund in record.open_refunds:
        instance = await get_instance(client, refund.refund_id)
        if _is_stopped_by_operator(instance, record):
            await _give_up_refund(record, refund, Reason.STOPPED_BY_OPERATOR)
        elif not instance.needs_recovery(now, policy.stalled_after):
            continue
        elif record.recovery_attempts >= policy.max_attempts:
            await _give_up_refund(record, refund, Reason.UNAVAILABLE)
        else:
            start = partial(start_refund, client, record.order.order_id, refund.refund_id)
            await _restart(client, now, record, refund.refund_id, instance, start)


async def _restart(  # noqa: PLR0913, PLR0917 - the same for orders and refunds
    client: df.DurableOrchestrationClient,
    now: datetime,
    record: OrderRecord,
    instance_id: str,
    instance: Instance,
    start: Callable[[], Awaitable[None]],
) -> None:
    """Restart an orchestration; a stalled one is terminated first."""
    order_id, attempt = record.order_id, record.recovery_attempts + 1
    if instance.phase.is_active:
        # Recorded first: otherwise the termination would count as an operator's decision.
        await _update(order_id, lambda record: record.record_termination(attempt, now))
        if await terminate(client, instance_id):
            await start()
        return
    policy = services().settings.recovery
    pause = policy.pause_after(record.recovery_attempts) - policy.recover_after
    await _update(order_id, lambda record: record.record_recovery(attempt, now + pause))
    await start()


def _is_stopped_by_operator(instance: Instance, record: OrderRecord) -> bool:
    by_recovery = record.terminated_at is not None
    return instance.phase is Phase.SUSPENDED or (instance.is_terminated and not by_recovery)


async def _request_attention(record: OrderRecord, reason: AttentionReason) -> None:
    now = services().clock.now()
    await _update(record.order_id, lambda record: record.request_attention(reason, now))


async def _give_up_refund(record: OrderRecord, refund: Refund, reason: Reason) -> None:
    # A closed refund is not paid, even if its orchestration continues later.
    outcome = RefundOutcome(is_paid=False, failed_step=Activity.REFUND_PAYMENT, reason=reason)
    now = services().clock.now()
    await _update(
        record.order_id, lambda record: close_refund(record, refund.refund_id, outcome, now)
    )


async def _update(order_id: str, change: Change[object]) -> None:
    await asyncio.to_thread(services().order_store.update, order_id, change)
