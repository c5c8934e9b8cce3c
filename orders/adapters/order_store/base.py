"""Order store methods that change one record, the same for every store."""

from datetime import datetime

from orders.adapters.order_store import transitions
from orders.adapters.order_store.transitions import Records
from orders.domain.attention import AttentionReason, Resolution
from orders.domain.attention_resolution import ResolutionResult
from orders.domain.order_record import OrderRecord
from orders.domain.outcome import Opening, Outcome
from orders.domain.refund import RefundOutcome
from orders.domain.refund_requests import RefundRequest, RefundRequestResult
from orders.domain.results import Dispatch, ValidationResult
from orders.ports.clock import Clock


class BaseOrderStore:
    """The transitions of `ports.order_store.OrderStore`, on top of an atomic update."""

    def __init__(self, records: Records, clock: Clock) -> None:
        self._records = records
        self._clock = clock

    def open(self, order_id: str) -> Opening:
        """Record that an orchestration starts."""
        return self._records.update(order_id, transitions.open_order)

    def record_validation(self, order_id: str, validation: ValidationResult) -> ValidationResult:
        """Record the first validation."""
        return self._records.update(
            order_id, lambda record: transitions.record_validation(record, validation)
        )

    def request_cancel(self, order_id: str) -> OrderRecord:
        """Record a cancellation request, unless it is too late."""
        now = self._clock.now()
        return self._records.update(
            order_id, lambda record: transitions.request_cancel(record, now)
        )

    def dispatch(self, order_id: str) -> Dispatch:
        """Record the dispatch, unless a cancellation or an undo came first."""
        now = self._clock.now()
        return self._records.update(order_id, lambda record: transitions.dispatch(record, now))

    def begin_undo(self, order_id: str, goal: Outcome) -> Outcome:
        """Record that undoing begins, unless an undo or an outcome came first."""
        return self._records.update(order_id, lambda record: transitions.begin_undo(record, goal))

    def close(self, order_id: str, outcome: Outcome) -> Outcome:
        """Record the outcome, unless another one or an undo came first."""
        now = self._clock.now()
        return self._records.update(
            order_id, lambda record: transitions.close(record, outcome, now)
        )

    def request_attention(self, order_id: str, reason: AttentionReason) -> None:
        """Put an open order into the attention queue, unless it is there."""
        now = self._clock.now()
        self._records.update(
            order_id, lambda record: transitions.request_attention(record, reason, now)
        )

    def resolve_attention(self, order_id: str, resolution: Resolution) -> ResolutionResult:
        """Record an operator's resolution."""
        return self._records.update(
            order_id, lambda record: transitions.resolve_attention(record, resolution)
        )

    def record_recovery(self, order_id: str, next_at: datetime) -> None:
        """Record a recovery attempt, and when the next one may be made."""
        self._records.update(order_id, lambda record: transitions.record_recovery(record, next_at))

    def record_termination(self, order_id: str) -> None:
        """Record a recovery attempt that terminates the orchestration first."""
        now = self._clock.now()
        self._records.update(order_id, lambda record: transitions.record_termination(record, now))

    def request_refund(self, order_id: str, request: RefundRequest) -> RefundRequestResult:
        """Record a refund, if the amount can be refunded."""
        return self._records.update(
            order_id, lambda record: transitions.request_refund(record, request)
        )

    def close_refund(self, order_id: str, refund_id: str, outcome: RefundOutcome) -> OrderRecord:
        """Record a refund's outcome, unless it is closed."""
        now = self._clock.now()
        return self._records.update(
            order_id, lambda record: transitions.close_refund(record, refund_id, outcome, now)
        )

    def record_purge(self, order_id: str) -> None:
        """Record that the history and the stock entries are purged."""
        now = self._clock.now()
        self._records.update(order_id, lambda record: transitions.record_purge(record, now))
