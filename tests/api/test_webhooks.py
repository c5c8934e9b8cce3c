"""Events of partners over HTTP: signed, stored once, answered at once."""

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from typing import Any

import azure.durable_functions as df
import pytest

from orders.domain.partner_events import EventStatus, Partner
from orders.settings.webhooks import WebhookSecrets
from tests.builders import an_order
from tests.faults import FOREVER, Failing
from tests.partner_events import (
    HEADERS,
    a_body,
    instance_of,
    listed_events,
    post_event,
    sign,
    stored_event,
)
from tests.shop import EVENT_SECRET, Shop


def set_secrets(shop: Shop, *secrets: str) -> None:
    """Use these secrets of both partners."""
    webhooks = WebhookSecrets(payments=secrets, carrier=secrets)
    shop.replace_ports(settings=replace(shop.services.settings, webhooks=webhooks))


@pytest.mark.parametrize("partner", Partner)
def test_signed_event_is_stored_and_answered(shop: Shop, partner: Partner) -> None:
    """Its content is not."""
    response = post_event(shop, a_body("unknown"), partner)

    event = stored_event(shop, partner=partner)
    assert (response.status, response.json()) == (200, {"eventId": "evt_1"})
    assert (event.partner, event.type, event.object_id) == (partner, "refund.failed", "unknown")


def test_duplicate_is_answered_and_does_nothing(shop: Shop) -> None:
    """A partner repeats an event until it is answered, and sometimes after that."""
    first = post_event(shop, a_body("unknown"))
    shop.app.wait_until_idle()
    stored = stored_event(shop)

    second = post_event(shop, a_body("other", kind="other"))

    assert (first.status, second.status) == (200, 200)
    assert "idempotent-replayed" not in first.headers
    assert second.headers["idempotent-replayed"] == "true"
    assert stored_event(shop) == stored


def test_concurrent_deliveries_are_stored_once(shop: Shop) -> None:
    """All of them are answered with 200."""
    body = a_body("unknown")
    with ThreadPoolExecutor(8) as pool:
        responses = list(pool.map(lambda _: post_event(shop, body), range(16)))

    replayed = [response.headers.get("idempotent-replayed") for response in responses]
    assert {response.status for response in responses} == {200}
    assert replayed.count("true") == 15
    assert len(listed_events(shop)) == 1


def wrong_signatures(shop: Shop, body: bytes) -> dict[str, str]:
    """Return signature headers that are refused, by what is wrong."""
    now = shop.app.clock.now()
    right = sign(body, now, EVENT_SECRET)
    time, v1 = right.split(",")
    return {
        "missing": "",
        "nonsense": "nonsense",
        "no time": v1,
        "two times": f"{time},{right}",
        "no number": right.replace("t=", "t=x"),
        "no v1": time,
        "another scheme": right.replace("v1=", "v0="),
        "another secret": sign(body, now, "another secret"),
        "another body": sign(body + b" ", now, EVENT_SECRET),
        "another time": f"t={int(now.timestamp()) - 1},{v1}",
        "a wrong digit": right[:-1] + ("0" if right[-1] != "0" else "1"),
        "not ASCII": f"{time},v1=\xe9",
        "too old": sign(body, now - timedelta(minutes=5, seconds=2), EVENT_SECRET),
        "from the future": sign(body, now + timedelta(minutes=5, seconds=2), EVENT_SECRET),
        "too many": ",".join([time, *(["v1=0"] * 10), v1]),
    }


@pytest.mark.parametrize("partner", Partner)
def test_wrong_signature_is_refused(shop: Shop, partner: Partner) -> None:
    """Nothing is stored, and the refusal does not repeat the signature."""
    body = a_body("unknown")
    for wrong, signature in wrong_signatures(shop, body).items():
        response = post_event(shop, body, partner, signature)

        assert response.status == 400, wrong
        assert response.json()["type"].endswith(":invalid-signature"), wrong
        assert HEADERS[partner] in response.json()["detail"]
        assert EVENT_SECRET not in response.text
    assert listed_events(shop) == []


def test_signature_within_the_tolerance_is_accepted(shop: Shop) -> None:
    """Clocks differ, and a request takes some time."""
    now = shop.app.clock.now()
    for number, seconds in enumerate((-290, 290)):
        body = a_body("unknown", f"evt_{number}")
        signature = sign(body, now + timedelta(seconds=seconds), EVENT_SECRET)

        assert post_event(shop, body, signature=signature).status == 200


def test_one_of_several_signatures_is_enough(shop: Shop) -> None:
    """A partner signs with both secrets while one is replaced; other schemes are ignored."""
    body = a_body("unknown")
    header = sign(body, shop.app.clock.now(), "another secret", EVENT_SECRET)

    assert post_event(shop, body, signature=f"{header}, v0=0, v2=0").status == 200


def test_secrets_are_replaced_without_a_gap(shop: Shop) -> None:
    """The current and the previous secret are valid at once."""
    set_secrets(shop, "the next secret", EVENT_SECRET)
    for number, secret in enumerate((EVENT_SECRET, "the next secret")):
        body = a_body("unknown", f"evt_{number}")

        assert (
            post_event(shop, body, signature=sign(body, shop.app.clock.now(), secret)).status == 200
        )

    set_secrets(shop, "the next secret")
    assert post_event(shop, a_body("unknown", "evt_2")).status == 400


@pytest.mark.parametrize(
    ("partner", "setting"),
    [
        (Partner.PAYMENTS, "STRIPE_WEBHOOK_SECRET"),
        (Partner.CARRIER, "CARRIER_WEBHOOK_SECRET"),
    ],
)
def test_event_without_a_configured_secret_is_503(
    shop: Shop, partner: Partner, setting: str
) -> None:
    """The partner repeats it later, and the problem says what to do."""
    set_secrets(shop)

    response = post_event(shop, a_body("unknown"), partner)

    assert response.status == 503
    assert response.json()["type"].endswith(":events-not-configured")
    assert setting in response.json()["detail"]
    assert listed_events(shop) == []


@pytest.mark.parametrize(
    ("body", "status", "kind"),
    [
        (b"", 400, "malformed-json"),
        (b"{", 400, "malformed-json"),
        (b"\xff", 400, "malformed-json"),
        (b'{"id": "evt_1", "id": "evt_2"}', 400, "malformed-json"),
        (b"[]", 400, "invalid-event"),
        (b'"evt_1"', 400, "invalid-event"),
        (b'{"type": "refund.failed"}', 400, "invalid-event"),
        (b'{"id": "evt_1"}', 400, "invalid-event"),
        (b'{"id": 1, "type": "refund.failed"}', 400, "invalid-event"),
        (b'{"id": "", "type": "refund.failed"}', 400, "invalid-event"),
        (b'{"id": "evt 1", "type": "refund.failed"}', 400, "invalid-event"),
        (b'{"id": "' + b"e" * 256 + b'", "type": "refund.failed"}', 400, "invalid-event"),
        (b" " * (256 * 1024 + 1), 413, "body-too-large"),
    ],
)
def test_signed_body_that_is_no_event_is_refused(
    shop: Shop, body: bytes, status: int, kind: str
) -> None:
    """Nothing is stored."""
    response = post_event(shop, body)

    assert (response.status, response.json()["type"].rpartition(":")[2]) == (status, kind)
    assert listed_events(shop) == []


@pytest.mark.parametrize(
    ("more", "object_id", "status"),
    [
        ({"data": {"object": {"id": "pi_unknown"}}}, "pi_unknown", "unmatched"),
        ({"related_object": {"id": "pi_unknown", "type": "x"}}, "pi_unknown", "unmatched"),
        ({"data": {"object": {}}}, None, "ignored"),
        ({"data": []}, None, "ignored"),
        ({"data": {"object": {"id": ["pi_1"]}}}, None, "ignored"),
        ({}, None, "ignored"),
    ],
)
def test_event_names_its_object_or_is_ignored(
    shop: Shop, more: dict[str, Any], object_id: str | None, status: str
) -> None:
    """In a full event, or in one that has IDs only."""
    response = post_event(shop, json.dumps({"id": "evt_1", "type": "x", **more}).encode())
    shop.app.wait_until_idle()

    event = stored_event(shop)
    assert response.status == 200
    assert (event.object_id, event.status) == (object_id, status)


def test_signature_is_checked_before_the_body_is_read(shop: Shop) -> None:
    """An unsigned body is not parsed."""
    response = post_event(shop, b"{", signature="t=1,v1=0")

    assert response.json()["type"].endswith(":invalid-signature")


def test_event_is_not_acknowledged_unless_it_is_stored(shop: Shop) -> None:
    """The partner repeats it."""
    shop.replace_ports(partner_events=Failing(shop.services.partner_events, "add", before=FOREVER))

    response = post_event(shop, a_body("unknown"))

    assert response.status == 503
    assert "Repeat the request unchanged" in response.json()["detail"]


def test_event_is_acknowledged_if_the_engine_is_unavailable(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is stored, and recovery starts its orchestration."""

    async def fail(client: df.DurableOrchestrationClient, *_: object) -> None:  # noqa: ARG001 - any start
        raise ConnectionError

    with monkeypatch.context() as patch:
        patch.setattr(df.DurableOrchestrationClient, "start_new", fail)
        assert post_event(shop, a_body("unknown")).status == 200
    assert stored_event(shop).status is EventStatus.PENDING

    shop.let_minutes_pass(3)

    assert stored_event(shop).status is EventStatus.UNMATCHED
    assert stored_event(shop).attempts == 2


def test_events_are_listed(shop: Shop) -> None:
    """Newest first, by status, in pages; the order is linked once it is known."""
    order_id = shop.run(an_order()).instance_id
    for number, object_id in enumerate([order_id, "unknown", "unknown"]):
        post_event(shop, a_body(object_id, f"evt_{number}"))
        shop.app.wait_until_idle()

    newest = listed_events(shop)
    page = shop.app.request("GET", "/api/operations/events?limit=2").json()
    rest = shop.app.request("GET", page["links"]["next"]).json()

    assert [event["eventId"] for event in newest] == ["evt_2", "evt_1", "evt_0"]
    assert page["events"] + rest["events"] == newest
    assert rest["links"] == {}
    assert listed_events(shop, "?status=unmatched") == newest[:2]
    assert newest[2] == {
        "partner": "payments",
        "eventId": "evt_0",
        "type": "refund.failed",
        "objectId": order_id,
        "status": "handled",
        "receivedAt": newest[2]["receivedAt"],
        "attempts": 1,
        "orderId": order_id,
        "links": {"order": f"/api/orders/{order_id}"},
    }
    assert newest[0]["nextAttemptAt"] > newest[0]["receivedAt"]


@pytest.mark.parametrize("query", ["status=open", "limit=0", "page=2", "cursor=x"])
def test_invalid_query_is_refused(shop: Shop, query: str) -> None:
    """The parameter is named."""
    response = shop.app.request("GET", f"/api/operations/events?{query}")

    assert response.status == 400
    assert [error["field"] for error in response.json()["errors"]] == [query.partition("=")[0]]


def test_instance_id_does_not_contain_the_event_id(shop: Shop) -> None:
    """A partner chooses the ID of its events."""
    post_event(shop, a_body("unknown", "../../instances/x"))

    assert "instances" not in instance_of(shop, "../../instances/x")
