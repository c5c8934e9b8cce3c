"""Quotas: what orders are counted by, and how long."""

from datetime import timedelta

import pytest

from orders.domain.quotas import QuotaKind, QuotaPolicy, period_end, same_mailbox
from tests.builders import NOON


def test_counters_begin_anew_at_every_full_hour() -> None:
    """At a full hour a new period begins."""
    assert period_end(NOON) == NOON + timedelta(hours=1)
    assert period_end(NOON + timedelta(minutes=59, seconds=59)) == NOON + timedelta(hours=1)
    assert period_end(NOON + timedelta(hours=11, minutes=1)) == NOON + timedelta(hours=12)


def test_each_kind_has_a_limit_of_its_own() -> None:
    """By default there is none."""
    policy = QuotaPolicy(per_client=1, per_payment_method=2, per_email=3)

    assert [policy.limit(kind) for kind in QuotaKind] == [1, 2, 3]
    assert [QuotaPolicy().limit(kind) for kind in QuotaKind] == [0, 0, 0]


@pytest.mark.parametrize(
    "email", ["ada@example.com", "ADA@Example.com", "ada+shop@example.com", "ada+a+b@example.com"]
)
def test_addresses_of_one_mailbox_count_together(email: str) -> None:
    """Most mail servers ignore upper case and what follows a plus sign."""
    assert same_mailbox(email) == "ada@example.com"
