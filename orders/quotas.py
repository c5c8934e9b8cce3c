"""Use of quotas by a new order."""

from collections.abc import Mapping

from orders.domain.quotas import QuotaKind, period_end
from orders.order_ids import quota_key
from orders.services import Services


def use_quotas(values: Mapping[QuotaKind, str | None], app: Services) -> QuotaKind | None:
    """Count one more order for each value that is known.

    Returns:
        The first kind whose quota is used up. Those before it have counted the order nevertheless.
    """
    settings, ends_at = app.settings, period_end(app.clock.now())
    for kind in QuotaKind:
        value, limit = values[kind], settings.quotas.limit(kind)
        if value and limit:
            key = quota_key(settings.id_secret, kind, value)
            if not app.quotas.use(key, limit, ends_at):
                return kind
    return None
