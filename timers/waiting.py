"""Waiting orders: wake them when their partner is available again, and inform people meanwhile."""

import asyncio
import logging

import azure.durable_functions as df

from orders.domain import wait_changes
from orders.domain.attention import AttentionReason
from orders.domain.emails import EmailKind, delay_email
from orders.domain.errors import UnavailableError
from orders.domain.order_record import OrderRecord
from orders.domain.switches import SWITCH_OF_STEP
from orders.domain.waits import Expiry, Waiting, WaitingFor
from orders.engine.instances import wake_order
from orders.order_scan import for_each_order
from orders.ports.order_store import OrderQuery
from orders.services import services

_log = logging.getLogger(__name__)


class WaitingOrders:
    """One look at all waiting orders, oldest first. Each partner is probed once at most."""

    def __init__(self, client: df.DurableOrchestrationClient) -> None:
        self._client = client
        self._now = services().clock.now()
        self._policy = services().settings.waits
        self._wakes_left = self._policy.batch_size
        self._emails_left = self._policy.batch_size
        self._available: dict[tuple[WaitingFor, str], bool] = {}

    async def wake_all(self) -> None:
        """Wake the orders whose step can be tried again, and inform customers and operators."""
        await for_each_order(OrderQuery(is_waiting=True), self._look_at)

    async def _look_at(self, record: OrderRecord) -> None:
        waiting = record.waiting
        if waiting is None:  # pragma: no cover - the query asks for waiting orders
            return
        if waiting.is_due(self._now) and self._wakes_left and await self._can_go_on(waiting):
            self._wakes_left -= 1
            await self._wake(record)
        else:
            if record.wake_requested_at is not None:
                # Its event was lost, or the wake was recorded where no event can be raised.
                await wake_order(self._client, record)
            await self._inform_customer(record, waiting)
            await self._inform_operator(record, waiting)

    async def _can_go_on(self, waiting: Waiting) -> bool:
        is_for_shop = waiting.waiting_for is WaitingFor.SHOP
        key = (waiting.waiting_for, waiting.step if is_for_shop else "")
        if key not in self._available:
            self._available[key] = await asyncio.to_thread(_is_available, waiting)
        return self._available[key]

    async def _wake(self, record: OrderRecord) -> None:
        now = self._now
        woken = await asyncio.to_thread(
            services().order_store.update,
            record.order_id,
            lambda record: wait_changes.request_retry(record, now),
        )
        if woken is not None:  # pragma: no branch - the wait has ended since it was read
            await wake_order(self._client, woken)

    async def _inform_customer(self, record: OrderRecord, waiting: Waiting) -> None:
        is_due = self._now >= waiting.since + self._policy.inform_customer_after
        if is_due and waiting.customer_informed_at is None and self._emails_left:
            self._emails_left -= 1
            await asyncio.to_thread(self._send_email, record)

    def _send_email(self, record: OrderRecord) -> None:
        app, order_id, now = services(), record.order_id, self._now
        customer = app.order_store.customer(order_id)
        if customer is None:  # pragma: no cover - only ended orders are erased
            return
        email = delay_email(record.order, customer, is_being_undone=record.undoing is not None)
        try:
            app.mailer.send(order_id, EmailKind.DELAYED, email)
        except UnavailableError:
            _log.warning("order %s: the email about the delay is not sent yet", order_id)
            return
        app.order_store.update(
            order_id, lambda record: wait_changes.record_customer_informed(record, now)
        )

    async def _inform_operator(self, record: OrderRecord, waiting: Waiting) -> None:
        now = self._now
        is_due = now >= waiting.since + self._policy.inform_operator_after
        if waiting.expiry is not Expiry.ATTENTION or not is_due or record.attention is not None:
            return
        await asyncio.to_thread(
            services().order_store.update,
            record.order_id,
            lambda record: record.request_attention(AttentionReason.WAITING, now, (waiting.step,)),
        )


def _is_available(waiting: Waiting) -> bool:
    """Whether the partner answers, or the step is switched on."""
    app = services()
    match waiting.waiting_for:
        case WaitingFor.PAYMENT_GATEWAY:
            return app.payments.is_available()
        case WaitingFor.CARRIER:
            return app.carrier.is_available()
        case WaitingFor.SHOP:  # pragma: no branch - the last member
            return app.switches.is_on(SWITCH_OF_STEP[waiting.step])
