"""Quotas: how many orders one client, payment method or email address may place in an hour.

They stop those who try out stolen cards, and those who have emails sent to strangers.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

#: The counters begin anew at every full hour.
_PERIOD: Final = timedelta(hours=1)


class QuotaKind(StrEnum):
    """What orders are counted by, in this order."""

    CLIENT = "client"
    PAYMENT_METHOD = "paymentMethod"
    EMAIL = "email"


@dataclass(frozen=True, slots=True, kw_only=True)
class QuotaPolicy:
    """Orders in an hour, by what they are counted by. 0: any number."""

    per_client: int = 0
    per_payment_method: int = 0
    per_email: int = 0

    def limit(self, kind: QuotaKind) -> int:
        """Return the most orders in an hour."""
        return {
            QuotaKind.CLIENT: self.per_client,
            QuotaKind.PAYMENT_METHOD: self.per_payment_method,
            QuotaKind.EMAIL: self.per_email,
        }[kind]


def period_end(now: datetime) -> datetime:
    """Return when the counters begin anew."""
    return now.replace(minute=0, second=0, microsecond=0) + _PERIOD


def same_mailbox(email: str) -> str:
    """Return a text that is the same for addresses which usually share a mailbox.

    Upper case and what follows a plus sign do not matter to most mail servers.
    """
    local_part, _, domain = email.lower().rpartition("@")
    return f"{local_part.partition('+')[0]}@{domain}"
