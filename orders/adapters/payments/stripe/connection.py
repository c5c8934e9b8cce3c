"""How is Stripe asked, and what does it mean when it does not do what was asked?

Stripe's own sentences stay out of our errors, which end up in histories.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import stripe

from orders.domain.errors import PaymentsUnavailableError

TIMEOUT_SECONDS: Final = 15.0

#: The longest page that Stripe lists.
PAGE: Final = 100

#: Answers that Stripe does not keep under the key: another request is still running, or too many
#: came, or the API key is wrong.
_NOT_KEPT: Final = frozenset({None, 401, 403, 409, 429})

#: The bank let the hold go, which the intent need not show yet.
_LAPSED: Final = frozenset({"charge_expired_for_capture", "capture_charge_authorization_expired"})

# Machine and platform are none of Stripe's business.
stripe.enable_telemetry = False


class StripeKeptError(PaymentsUnavailableError):
    """Stripe did not do what was asked, and answers the same as long as the key is the same."""


class StripeRefusedError(StripeKeptError):
    """Stripe, or the bank behind it, says no to what was asked."""


def connect(api_key: str, api_base: str | None, timeout: float) -> stripe.StripeClient:
    """Stripe's client; it connects when it is asked something."""
    return stripe.StripeClient(
        api_key,
        base_addresses={"api": api_base} if api_base else {},
        max_network_retries=0,  # whoever calls retries, after a look-up
        http_client=stripe.RequestsClient(timeout=timeout),
    )


@contextmanager
def translated() -> Iterator[None]:
    """Let what Stripe's SDK raises be errors of ours."""
    try:
        yield
    except stripe.StripeError as error:
        answer = f"answered {error.http_status}" if error.http_status else "did not answer"
        message = f"Stripe {answer} (code {error.code}, request {error.request_id})"
        raise _kind(error)(message) from None


def _kind(error: stripe.StripeError) -> type[PaymentsUnavailableError]:
    if error.http_status in _NOT_KEPT:
        return PaymentsUnavailableError
    says_no = isinstance(error, stripe.CardError) or error.code in _LAPSED
    return StripeRefusedError if says_no else StripeKeptError
