"""Connection to Stripe, and the translation of its errors.

Stripe's messages stay out of our errors, which end up in histories.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import stripe

from orders.domain.errors import PaymentsUnavailableError

TIMEOUT_SECONDS: Final = 15.0

#: The longest page that Stripe returns.
PAGE_SIZE: Final = 100

#: Responses that Stripe does not store under the idempotency key: no response, a wrong API key, a
#: concurrent request with the same key, too many requests.
_NOT_STORED: Final = frozenset({None, 401, 403, 409, 429})

#: The authorization has expired at the bank, which the intent may not show yet.
_EXPIRED: Final = frozenset({"charge_expired_for_capture", "capture_charge_authorization_expired"})

# Telemetry would send data about this machine and platform.
stripe.enable_telemetry = False


class StripeStoredError(PaymentsUnavailableError):
    """Stripe failed, and repeats this response as long as the idempotency key is the same."""


class StripeRefusedError(StripeStoredError):
    """Stripe, or the bank behind it, refused the request."""


def connect(api_key: str, api_base: str | None, timeout: float) -> stripe.StripeClient:
    """Return a client. It connects at its first request."""
    return stripe.StripeClient(
        api_key,
        base_addresses={"api": api_base} if api_base else {},
        max_network_retries=0,  # the orchestration retries, after a look-up
        http_client=stripe.RequestsClient(timeout=timeout),
    )


@contextmanager
def translate_errors() -> Iterator[None]:
    """Translate the errors of Stripe's SDK."""
    try:
        yield
    except stripe.StripeError as error:
        response = f"answered {error.http_status}" if error.http_status else "did not answer"
        message = f"Stripe {response} (code {error.code}, request {error.request_id})"
        raise _error_type(error)(message) from None


def _error_type(error: stripe.StripeError) -> type[PaymentsUnavailableError]:
    if error.http_status in _NOT_STORED:
        return PaymentsUnavailableError
    is_refusal = isinstance(error, stripe.CardError) or error.code in _EXPIRED
    return StripeRefusedError if is_refusal else StripeStoredError
