"""Timer `applyRetention`: purge, erase and delete old data of orders, and old counters."""

import asyncio
from datetime import timedelta
from functools import partial

import azure.durable_functions as df
import azure.functions as func

from orders import retention
from orders.contracts.names import Timer
from orders.order_scan import for_each_order
from orders.ports.order_store import OrderQuery
from orders.services import services

bp = df.Blueprint()


@bp.function_name(Timer.APPLY_RETENTION.value)
@bp.timer_trigger(arg_name="timer", schedule="0 0 4 * * *")
@bp.durable_client_input(client_name="client")
async def apply_retention(
    timer: func.TimerRequest,  # noqa: ARG001 - the trigger's parameter
    client: df.DurableOrchestrationClient,
) -> None:
    """Purge, erase and delete; orders that need attention are kept."""
    policy = services().settings.retention
    to_purge = _ended(policy.purge_after, is_purged=False)
    await for_each_order(to_purge, partial(retention.purge, client))
    await for_each_order(OrderQuery(is_erasure_pending=True), retention.erase)
    to_erase = _ended(policy.erase_after, is_erased=False, is_erasure_pending=False)
    await for_each_order(to_erase, retention.erase)
    to_delete = _ended(policy.delete_after, is_purged=True, is_erased=True)
    await for_each_order(to_delete, partial(retention.delete, client))
    await retention.delete_old_events(client)
    app = services()
    await asyncio.to_thread(app.quotas.delete_ended, app.clock.now())


def _ended(
    age: timedelta,
    *,
    is_purged: bool | None = None,
    is_erased: bool | None = None,
    is_erasure_pending: bool | None = None,
) -> OrderQuery:
    return OrderQuery(
        is_open=False,
        needs_attention=False,
        has_open_refund=False,
        is_purged=is_purged,
        is_erased=is_erased,
        is_erasure_pending=is_erasure_pending,
        ended_before=services().clock.now() - age,
    )
