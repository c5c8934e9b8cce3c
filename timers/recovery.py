"""Timer `recoverOrders`: restart orders and refunds whose orchestration does not end them.

On the real host the death of a worker fails a healthy orchestration. An operator may terminate,
suspend or purge one, or it may stall. The record says that the order is open, so recovery restarts
it from the start: steps that were done are found, and an undo that had begun is finished.

A stalled orchestration must be terminated before it can be started again. If the engine takes too
long for that, the next run finds the orchestration terminated, and the record says by whom.
"""

import asyncio
from collections.abc import Awaitable
from datetime import datetime

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
from orders.engine.instances import (
    get_instance,
    start_order,
    start_refund,
    terminate,
    wake_order,
)
from orders.order_scan import for_each_order
from orders.ports.order_store import Change, OrderQuery
from orders.services import services
from timers.events import handle_open_events
from timers.stock_changes import finish_stock_changes
from timers.unsettled import UnsettledEntries
from timers.waiting import WaitingOrders

bp = df.Blueprint()


@bp.function_name(Timer.RECOVER_ORDERS.value)
@bp.timer_trigger(arg_name="timer", schedule="0 * * * * *")
@bp.durable_client_input(client_name="client")
async def recover_orders(
    timer: func.TimerRequest,  # noqa: ARG001 - the trigger's parameter
    client: df.DurableOrchestrationClient,
) -> None:
    """Recover what is open and has not changed for a while: orders, refunds, then events.

    Then finish stock changes, and settle what orders that have ended left in the stock.
    """
    run = _RecoveryRun(client)
    orders, refunds = run.query(is_open=True), run.query(is_open=False, has_open_refund=True)
    await for_each_order(orders, run.recover_order, while_=run.can_start)
    await WaitingOrders(client).wake_all()
    await for_each_order(refunds, run.recover_refunds, while_=run.can_start)
    await handle_open_events(client)
    await finish_stock_changes(client)
    await UnsettledEntries(client).settle_all()


class _RecoveryRun:
    """One run of the timer. It starts a limited number of orchestrations."""

    def __init__(self, client: df.DurableOrchestrationClient) -> None:
        self._client = client
        self._now = services().clock.now()
        self._policy = services().settings.recovery
        self._remaining = self._policy.batch_size

    def query(self, *, is_open: bool, has_open_refund: bool | None = None) -> OrderQuery:
        """Return the query of the orders that are due."""
        return OrderQuery(
            is_open=is_open,
            has_open_refund=has_open_refund,
            recovery_due_before=self._now - self._policy.recover_after,
        )

    def can_start(self) -> bool:
        """Whether this run may start another orchestration."""
        return self._remaining > 0

    async def recover_order(self, record: OrderRecord) -> None:
        """Recover an order. After some attempts it also enters the attention queue."""
        order_id, attempt = record.order_id, record.recovery_attempts + 1
        now, next_at = self._now, self._next_attempt_at(record.recovery_attempts)
        instance = await get_instance(self._client, order_id)
        action = recovery_action(record, instance, now, self._policy)
        if action is RecoveryAction.LEAVE:
            return
        if action is RecoveryAction.WAKE:
            await wake_order(self._client, record)
            return
        if action is RecoveryAction.SUSPENDED:
            await self._request_attention(order_id, AttentionReason.SUSPENDED)
            return
        if record.recovery_attempts >= self._policy.max_attempts:
            await self._request_attention(order_id, AttentionReason.RECOVERY_FAILED)
        if action is RecoveryAction.TERMINATE_FIRST:
            # Recorded first: otherwise the termination would count as an operator's decision.
            await _update(order_id, lambda record: record.record_termination(attempt, now))
            if not await terminate(self._client, order_id):
                return
        elif action is not RecoveryAction.COMPLETE_RESTART:
            if action is RecoveryAction.STOPPED_BY_OPERATOR:
                # Undo the order, unless it is dispatched.
                reason = Reason.STOPPED_BY_OPERATOR
                await _update(order_id, lambda record: record.request_cancel(now, reason))
            await _update(order_id, lambda record: record.record_recovery(attempt, next_at))
        await self._start(start_order(self._client, order_id))

    async def recover_refunds(self, record: OrderRecord) -> None:
        """Recover the open refunds of an order."""
        for refund in record.open_refunds:
            await self._recover_refund(record.order_id, refund)

    async def _recover_refund(self, order_id: str, refund: Refund) -> None:
        """Recover a refund. After some attempts it has failed, and an operator decides."""
        if not self.can_start():
            return
        refund_id, attempt = refund.refund_id, refund.recovery_attempts + 1
        now, next_at = self._now, self._next_attempt_at(refund.recovery_attempts)
        instance = await get_instance(self._client, refund_id)
        action = recovery_action(refund, instance, now, self._policy)
        if action is RecoveryAction.LEAVE:
            return
        if action in {RecoveryAction.SUSPENDED, RecoveryAction.STOPPED_BY_OPERATOR}:
            await self._give_up_refund(order_id, refund_id, Reason.STOPPED_BY_OPERATOR)
            return
        if refund.recovery_attempts >= self._policy.max_attempts:
            await self._give_up_refund(order_id, refund_id, Reason.UNAVAILABLE)
            return
        if action is RecoveryAction.TERMINATE_FIRST:
            await _update(
                order_id,
                lambda record: record_refund_termination(record, refund_id, attempt, now),
            )
            if not await terminate(self._client, refund_id):
                return
        elif action is RecoveryAction.RESTART:
            await _update(
                order_id,
                lambda record: record_refund_recovery(record, refund_id, attempt, next_at),
            )
        await self._start(start_refund(self._client, order_id, refund_id))

    async def _start(self, start: Awaitable[None]) -> None:
        self._remaining -= 1
        await start

    def _next_attempt_at(self, attempts: int) -> datetime:
        """Return when the order is looked at again; the query adds `recover_after`."""
        return self._now + self._policy.pause_after(attempts) - self._policy.recover_after

    async def _request_attention(self, order_id: str, reason: AttentionReason) -> None:
        now = self._now
        await _update(order_id, lambda record: record.request_attention(reason, now))

    async def _give_up_refund(self, order_id: str, refund_id: str, reason: Reason) -> None:
        # A closed refund is not paid, even if its orchestration continues later.
        outcome = RefundOutcome(is_paid=False, failed_step=Activity.REFUND_PAYMENT, reason=reason)
        now = self._now
        await _update(order_id, lambda record: close_refund(record, refund_id, outcome, now))


async def _update(order_id: str, change: Change[object]) -> None:
    await asyncio.to_thread(services().order_store.update, order_id, change)
