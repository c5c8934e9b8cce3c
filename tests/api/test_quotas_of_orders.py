"""Quotas: too many orders of one client, payment method or email address are refused."""

import logging
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from local_host.testing import Response
from orders.domain.quotas import QuotaPolicy
from orders.settings.partners import TablesAccess
from tests import tables_server
from tests.api.test_switches import stored_orders
from tests.builders import an_order
from tests.faults import FOREVER, Failing
from tests.privacy import personal_data_in
from tests.shop import Shop, open_shop

TWO_PER_EMAIL = QuotaPolicy(per_email=2)


@pytest.fixture(params=["SQLite", "Azure Tables"])
def shop(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Shop]:
    """An app on each kind of order store."""
    with tables_server.serving() as service:
        access = TablesAccess(connection_string=service.connection_string)
        tables = None if request.param == "SQLite" else access
        with open_shop(tmp_path, tables=tables) as opened:
            yield opened


def limit(shop: Shop, quotas: QuotaPolicy, trusted_proxies: int = 1) -> None:
    """Use these quotas."""
    settings = shop.services.settings
    changed = replace(settings, quotas=quotas, trusted_proxies=trusted_proxies)
    shop.replace_ports(settings=changed)


def place_from(shop: Shop, addresses: str, number: int) -> Response:
    """Place an order of a customer of its own, from a client behind proxies."""
    order = an_order(email=f"c{number}@example.com", payment_method=f"pm_card_{number}")
    headers = {"X-Forwarded-For": addresses}
    return shop.app.request("POST", "/api/orders", json=order, headers=headers)


def statuses(responses: Iterator[Response]) -> list[int]:
    """Return the statuses of some responses."""
    return [response.status for response in responses]


def test_order_above_the_quota_is_refused(shop: Shop, caplog: pytest.LogCaptureFixture) -> None:
    """Nothing is stored; the response says when to repeat it, and the log which quota it was."""
    limit(shop, TWO_PER_EMAIL)
    placed = [shop.place(an_order(payment_method=f"pm_card_{n}")) for n in range(2)]

    with caplog.at_level(logging.WARNING):
        refused = shop.post(an_order())

    assert refused.status == 429
    assert refused.headers["content-type"].startswith("application/problem+json")
    assert refused.json()["type"] == "urn:durable-orders:problem:quota-used-up"
    assert 0 < int(refused.headers["retry-after"]) <= 3600
    assert sorted(stored_orders(shop)) == sorted(placed)
    assert "the quota of its email is used up" in caplog.text
    assert personal_data_in(caplog.text) == []


def test_refused_order_is_accepted_in_the_next_hour(shop: Shop) -> None:
    """After as many seconds as the response said."""
    limit(shop, QuotaPolicy(per_email=1))
    shop.place(an_order(), "first")
    refused = shop.post(an_order(), "second")

    shop.move_clock(timedelta(seconds=int(refused.headers["retry-after"])))

    assert shop.post(an_order(), "second").status == 202


def test_repeated_request_is_answered_as_always(shop: Shop) -> None:
    """Its order is stored, so it is not counted."""
    limit(shop, QuotaPolicy(per_email=1))
    order_id = shop.place(an_order(), "k")

    repeated = [shop.post(an_order(), "k") for _ in range(3)]

    assert {(r.status, r.json()["orderId"]) for r in repeated} == {(202, order_id)}
    assert shop.post(an_order(), "other").status == 429


def test_addresses_of_one_mailbox_have_one_quota(shop: Shop) -> None:
    """Other addresses have their own."""
    limit(shop, TWO_PER_EMAIL)
    emails = ("ada@example.com", "ADA+1@example.com", "Ada+2@example.com", "eve@example.com")

    responses = (shop.post(an_order(email=email)) for email in emails)

    assert statuses(responses) == [202, 202, 429, 202]


def test_payment_method_has_a_quota(shop: Shop) -> None:
    """Whoever uses it: somebody tries out a stolen card."""
    limit(shop, QuotaPolicy(per_payment_method=2))

    orders = (an_order(email=f"c{n}@example.com", payment_method="pm_1") for n in range(3))

    assert statuses(shop.post(order) for order in orders) == [202, 202, 429]
    assert shop.post(an_order(payment_method="pm_2")).status == 202


def test_client_has_a_quota(shop: Shop) -> None:
    """By the address that the nearest proxy saw, not by what the client claims before it."""
    limit(shop, QuotaPolicy(per_client=2))
    chains = ["203.0.113.7", "1.1.1.1, 203.0.113.7:4711", "2.2.2.2,203.0.113.7", "203.0.113.8"]

    responses = (place_from(shop, chain, number) for number, chain in enumerate(chains))

    assert statuses(responses) == [202, 202, 429, 202]


def test_client_without_trusted_proxies_is_not_counted(shop: Shop) -> None:
    """Anybody can send the header."""
    limit(shop, QuotaPolicy(per_client=1), trusted_proxies=0)

    assert statuses(place_from(shop, "203.0.113.7", n) for n in range(3)) == [202] * 3


def test_invalid_order_is_not_counted(shop: Shop) -> None:
    """Nor one that is refused because its price has changed."""
    limit(shop, QuotaPolicy(per_email=1))
    shop.post(an_order(quantity=0))
    changed = shop.post(an_order(expectedTotal={"minor": 1, "currency": "EUR"}))

    assert changed.status == 409
    assert shop.post(an_order()).status == 202


def test_order_is_not_accepted_uncounted(shop: Shop) -> None:
    """If the counters are unavailable, the order store usually is too."""
    limit(shop, TWO_PER_EMAIL)
    failing = Failing(shop.services.quotas, "use", before=FOREVER)
    settings = replace(shop.services.settings, quotas=TWO_PER_EMAIL)
    shop.replace_ports(quotas=failing, settings=settings)

    assert shop.post(an_order(), "k").status == 503
    assert stored_orders(shop) == []
