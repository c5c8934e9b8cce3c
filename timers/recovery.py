"""Timer `recoverOrders`: restart orders and refunds whose orchestration does not end them.

On the real host the death of a worker fails a healthy orchestration. An operator may terminate,
suspend or purge one, or it may stall. The record says that the order is open, so recovery restarts
it from the start: steps that were done are found, and an undo that had begun is finished.

A stalled orchestration must be terminated before it can be started again. If the engine takes too
long for that, the next run finds the orchestration terminated, and the record says by whom.
"""

import asyncio
from dataclasses import replace
from datetime import datetime
from functools import partial

import azure.durable_functions as df
import azure.functions as func

from orders.contracts.names import Activity, Timer
from orders.domain.attention import AttentionReason
from orders.domain.operator_changes import (
    close_refund,
    record_refund_recovery,
    record_refund_termination,
)
from orders.domain.order_record import OrderRecord
from orders.domain.outcome import Reason
from orders.domain.recovery import RecoveryAction, recovery_action
from orders.domain.refund import Refund, RefundOutcome
from orders.engine.instances import get_instance, start_order, start_refund, terminate
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
    order_id, attempt = record.order_id, record.recovery_attempts + 1
    next_at = _next_attempt_at(now, record.recovery_attempts)
    instance = await get_instance(client, order_id)
    start = partial(start_order, client, order_id)
    match recovery_action(record, instance, now, services().settings.recovery):
        case RecoveryAction.LEAVE:
            return
        case RecoveryAction.SUSPENDED:
            await _request_attention(record, AttentionReason.SUSPENDED)
        case RecoveryAction.EXHAUSTED:
            await _request_attention(record, AttentionReason.RECOVERY_FAILED)
        case RecoveryAction.COMPLETE_RESTART:
            await start()
        case RecoveryAction.TERMINATE_FIRST:
            # Recorded first: otherwise the termination would count as an operator's decision.
            await _update(order_id, lambda record: record.record_termination(attempt, now))
            if await terminate(client, order_id):
                await start()
        case RecoveryAction.STOPPED_BY_OPERATOR:
            # Undo the order, unless it is dispatched.
            reason = Reason.STOPPED_BY_OPERATOR
            await _update(order_id, lambda record: record.request_cancel(now, reason))
            await _update(order_id, lambda record: record.record_recovery(attempt, next_at))
            await start()
        case RecoveryAction.RESTART:
            await _update(order_id, lambda record: record.record_recovery(attempt, next_at))
            await start()


async def _recover_refunds(
    client: df.DurableOrchestrationClient, now: datetime, record: OrderRecord
) -> None:
    for refund in record.open_refunds:
        await _recover_refund(client, now, record, refund)


async def _recover_refund(
    client: df.DurableOrchestrationClient, now: datetime, record: OrderRecord, refund: Refund
) -> None:
    order_id, refund_id = record.order_id, refund.refund_id
    attempt = refund.recovery_attempts + 1
    next_at = _next_attempt_at(now, refund.recovery_attempts)
    instance = await get_instance(client, refund_id)
    start = partial(start_refund, client, order_id, refund_id)
    match recovery_action(refund, instance, now, services().settings.recovery):
        case RecoveryAction.LEAVE:
            return
        case RecoveryAction.SUSPENDED | RecoveryAction.STOPPED_BY_OPERATOR:
            await _give_up_refund(record, refund, Reason.STOPPED_BY_OPERATOR)
        case RecoveryAction.EXHAUSTED:
            await _give_up_refund(record, refund, Reason.UNAVAILABLE)
        case RecoveryAction.COMPLETE_RESTART:
            await start()
        case RecoveryAction.TERMINATE_FIRST:
            await _update(
                order_id,
                lambda record: record_refund_termination(record, refund_id, attempt, now),
            )
            if await terminate(client, refund_id):
                await start()
        case RecoveryAction.RESTART:
            await _update(
                order_id,
                lambda record: record_refund_recovery(record, refund_id, attempt, next_at),
            )
            await start()


def _next_attempt_at(now: datetime, attempts: int) -> datetime:
    """Return when recovery may look at the order again; the query adds `recover_after`."""
    policy = services().settings.recovery
    return now + policy.pause_after(attempts) - policy.recover_after


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
