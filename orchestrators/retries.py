"""Retry options with exponential backoff.

The SDK supports only a fixed interval, but passes these options to the host unchanged, and the host
supports backoff. After the last failure the SDK waits one more interval before it gives up.
"""

from datetime import timedelta

import azure.durable_functions as df

from orders.contracts.retries import RetryPolicy


class Backoff(df.RetryOptions):
    """Intervals that double up to a maximum."""

    def __init__(self, policy: RetryPolicy) -> None:
        super().__init__(policy.first_interval_ms, policy.max_attempts)
        self._max_interval_ms = policy.max_interval_ms

    @property
    def intervals(self) -> list[timedelta]:
        """The interval after each failure, for calls that the host does not retry."""
        first = self.first_retry_interval_in_milliseconds
        intervals = (first * 2**n for n in range(self.max_number_of_attempts))
        return [timedelta(milliseconds=min(ms, self._max_interval_ms)) for ms in intervals]

    def to_json(self) -> dict[str, str | int]:
        """Return the options as the host reads them."""
        return {
            **super().to_json(),
            "backoffCoefficient": 2,
            "maxRetryIntervalInMilliseconds": self._max_interval_ms,
        }
