"""Settings against abuse: quotas of orders, proxies that are trusted, second operators."""

from orders.domain.quotas import QuotaPolicy
from orders.settings.environment import Environment
from orders.settings.readers import read_number

#: With live payments. Test cards are public, so they need no protection.
_LIVE = QuotaPolicy(per_client=100, per_payment_method=10, per_email=10)


def quota_policy(environment: Environment, *, is_live: bool) -> QuotaPolicy:
    """Read how many orders may be placed in an hour."""
    default = _LIVE if is_live else QuotaPolicy()
    return QuotaPolicy(
        per_client=_number(environment, "ORDERS_QUOTA_PER_CLIENT", default.per_client),
        per_payment_method=_number(
            environment, "ORDERS_QUOTA_PER_PAYMENT_METHOD", default.per_payment_method
        ),
        per_email=_number(environment, "ORDERS_QUOTA_PER_EMAIL", default.per_email),
    )


def trusted_proxies(environment: Environment) -> int:
    """Read how many proxies append the address that they saw to X-Forwarded-For."""
    return read_number(environment, "ORDERS_TRUSTED_PROXIES", 0, max_digits=1, minimum=0)


def refund_limit(environment: Environment) -> int | None:
    """Read how much of one order operators refund alone. None: any amount."""
    name = "ORDERS_REFUND_SECOND_OPERATOR_ABOVE"
    if not environment.get(name):
        return None
    return read_number(environment, name, 0, max_digits=12, minimum=0)


def _number(environment: Environment, name: str, default: int) -> int:
    return read_number(environment, name, default, max_digits=6, minimum=0)
