"""The whole app on the local host under a virtual clock, with its sandbox ledgers."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

import orders.services
from local_host.host.clock import VirtualClock
from local_host.testing import App, Response, Run, start_app
from orders.adapters.carrier.sandbox import SandboxCarrier
from orders.adapters.mailer.sandbox import SandboxMailer
from orders.adapters.payments.sandbox.gateway import SandboxPayments
from orders.adapters.sandbox_ledger import Entry
from orders.contracts.names import Timer
from orders.domain.emails import EmailKind
from orders.domain.order import Terms
from orders.domain.order_record import OrderRecord
from orders.domain.outcome import Outcome
from orders.domain.waits import WaitPolicy
from orders.ports.order_store import Change, T
from orders.services import Services
from orders.settings.partners import TablesAccess
from orders.settings.settings import Settings
from orders.settings.webhooks import WebhookSecrets

APP = Path(__file__).resolve().parent.parent
SECRET = "a secret of these tests"  # noqa: S105 - test data
EVENT_SECRET = "a secret of partners"  # noqa: S105 - test data

MANAGEMENT_API: Final = "/runtime/webhooks/durabletask"

#: Orders wait shortly, so that a test of something else ends soon.
SHORT_WAITS: Final = WaitPolicy(
    before_capture=timedelta(minutes=2), after_capture=timedelta(minutes=2)
)

#: The effects of a completed order, as `Shop.effects` returns them.
COMPLETED_EFFECTS: Final = ["authorized", "captured", "booked", "dispatched", "confirmation"]
#: The effects of an order that was undone after the booking.
UNDONE_EFFECTS: Final = ["authorized", "voided", "booked", "canceled"]


def settings_in(data_dir: Path, secret: str = SECRET) -> Settings:
    """Return settings with all files in `data_dir`."""
    return Settings(
        data_dir=data_dir,
        catalogue=APP / "catalogue.json",
        id_secret=secret,
        terms=Terms(max_quantity=100, countries=frozenset({"DE", "FR"})),
        on_azure=False,
        waits=SHORT_WAITS,
        webhooks=WebhookSecrets(payments=(EVENT_SECRET,), carrier=(EVENT_SECRET,)),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Shop:
    """A running app and its sandbox ledgers."""

    app: App
    services: Services
    payments: SandboxPayments
    carrier: SandboxCarrier
    mailer: SandboxMailer
    stack: ExitStack

    def replace_ports(self, **ports: object) -> None:
        """Use other implementations of some ports until the test ends."""
        replaced = replace(self.services, **ports)  # type: ignore[arg-type] # any port
        self.stack.enter_context(orders.services.override(replaced))

    def restore_ports(self) -> None:
        """Use the sandbox implementations of all ports again."""
        self.replace_ports()

    def advance_to_next_timer(self) -> None:
        """Move the clock to the next timer and run everything that becomes due."""
        self.app.advance_to_next_timer()

    def move_clock(self, time: timedelta) -> None:
        """Move the clock; what becomes due does not fire yet."""
        self.app.clock.advance(self.app.clock.now() + time)

    def advance_days(self, days: int) -> None:
        """Move the clock by days at once: every timer trigger runs once, at the end."""
        self.move_clock(timedelta(days=days))
        self.advance_to_next_timer()

    def let_minutes_pass(self, minutes: int) -> None:
        """Let time pass: every timer fires when it is due."""
        self.app.advance(timedelta(minutes=minutes))

    def run_recovery(self) -> None:
        """Run the timer function `recoverOrders` now."""
        response = self.app.request("POST", f"/admin/functions/{Timer.RECOVER_ORDERS}", json={})
        assert response.status == 202, response.text
        self.app.wait_until_idle()

    def post(self, body: object, key: str | None = None) -> Response:
        """Send an order."""
        headers = {} if key is None else {"Idempotency-Key": key}
        return self.app.request("POST", "/api/orders", json=body, headers=headers)

    def place(self, body: object, key: str | None = None) -> str:
        """Place an order and return its ID."""
        response = self.post(body, key)
        assert response.status == 202, response.text
        order_id: str = response.json()["orderId"]
        return order_id

    def run(self, body: object) -> Run:
        """Place an order and wait until its orchestration has ended."""
        return self.app.wait(self.place(body))

    def cancel(self, order_id: str, query: str = "") -> Response:
        """Request a cancellation, or with `?preview=true` its preview."""
        return self.app.request("POST", f"/api/orders/{order_id}/cancel{query}")

    def erase(self, order_id: str) -> Response:
        """Request the erasure of an order's personal data."""
        return self.app.request("POST", f"/api/operations/orders/{order_id}/erase")

    def refund(self, order_id: str, body: object, key: str = "refund") -> Response:
        """Request a refund."""
        path = f"/api/operations/orders/{order_id}/refund"
        return self.app.request("POST", path, json=body, headers={"Idempotency-Key": key})

    def request_refund(self, order_id: str, body: object, key: str = "refund") -> str:
        """Request a refund and return its ID."""
        response = self.refund(order_id, body, key)
        assert response.status == 202, response.text
        refund_id: str = response.json()["refundId"]
        return refund_id

    def attention_queue(self) -> list[dict[str, Any]]:
        """Return the first page of the attention queue."""
        response = self.app.request("GET", "/api/operations/attention")
        assert response.status == 200, response.text
        entries: list[dict[str, Any]] = response.json()["orders"]
        return entries

    def resolve(self, order_id: str, action: str, **fields: object) -> Response:
        """Resolve the failed steps of an order."""
        body = {"action": action, "note": "it works again", "operator": "Grace", **fields}
        return self.app.request("POST", f"/api/operations/attention/{order_id}", json=body)

    def set_switch(self, switch: str, **fields: object) -> Response:
        """Turn a stop switch on or off."""
        body = {"note": "too many complaints", "operator": "Grace", **fields}
        return self.app.request("PUT", f"/api/operations/switches/{switch}", json=body)

    def manage(self, instance_id: str, verb: str) -> None:
        """Terminate, suspend, resume or purge an instance through the management API."""
        path = f"{MANAGEMENT_API}/instances/{instance_id}"
        if verb == "purge":
            response = self.app.request("DELETE", path)
        else:
            response = self.app.request("POST", f"{path}/{verb}?reason=operator")
        assert response.status in {200, 202}, response.text
        self.app.wait_until_idle()

    def restart(self, order_id: str) -> Run:
        """Restart the order's orchestration and wait until it has ended."""
        return self.app.run("processOrder", {"orderId": order_id}, order_id)

    def restart_refund(self, order_id: str, refund_id: str) -> Run:
        """Restart the refund's orchestration and wait until it has ended."""
        payload = {"orderId": order_id, "refundId": refund_id}
        return self.app.run("refundOrder", payload, refund_id)

    def get(self, order_id: str) -> dict[str, Any]:
        """Return the customer's view of an order."""
        response = self.app.request("GET", f"/api/orders/{order_id}")
        assert response.status == 200, response.text
        view: dict[str, Any] = response.json()
        return view

    def record(self, order_id: str) -> OrderRecord:
        """Return the order's record."""
        record = self.services.order_store.find(order_id)
        assert record is not None
        return record

    def update(self, order_id: str, change: Change[T]) -> T:
        """Change the order's record."""
        return self.services.order_store.update(order_id, change)

    def close(self, order_id: str, outcome: Outcome) -> Outcome:
        """Record an outcome."""
        now = self.app.clock.now()
        return self.update(order_id, lambda record: record.close(outcome, now))

    def effects(self) -> list[str]:
        """Return the effects in the ledgers: payments, then shipments, then confirmations."""
        ledgers = (self.payments.ledger, self.carrier.ledger)
        kinds = [entry.kind for ledger in ledgers for entry in ledger.entries()]
        confirmation = EmailKind.CONFIRMATION
        return kinds + [entry.kind for entry in self.emails() if entry.kind == confirmation]

    def other_emails(self) -> list[str]:
        """Return the kinds of all emails that are not confirmations."""
        return [entry.kind for entry in self.emails() if entry.kind != EmailKind.CONFIRMATION]

    def emails(self) -> list[Entry]:
        """Return the outbox."""
        return self.mailer.outbox.entries()


@contextmanager
def open_shop(
    folder: Path,
    secret: str = SECRET,
    tables: TablesAccess | None = None,
    waits: WaitPolicy = SHORT_WAITS,
) -> Iterator[Shop]:
    """Run the app with the host's state in `folder/host` and its own in `folder/orders`."""
    clock = VirtualClock()
    settings = replace(settings_in(folder / "orders", secret), tables=tables, waits=waits)
    services = orders.services.build(settings, clock)
    assert isinstance(services.payments, SandboxPayments)
    assert isinstance(services.carrier, SandboxCarrier)
    assert isinstance(services.mailer, SandboxMailer)
    with ExitStack() as stack:
        stack.enter_context(orders.services.override(services))
        app = stack.enter_context(start_app(APP, folder / "host", clock))
        yield Shop(
            app=app,
            services=services,
            payments=services.payments,
            carrier=services.carrier,
            mailer=services.mailer,
            stack=stack,
        )
