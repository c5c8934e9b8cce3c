"""The whole shop under a virtual clock: place orders, see them to their end, open the ledgers."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import orders.services
from orders.settings.partners import TablesAccess
from orders.adapters.carrier.sandbox import SandboxCarrier
from orders.adapters.sandbox_ledger import Entry
from orders.adapters.mailer.sandbox import SandboxMailer
from orders.adapters.payments.sandbox.gateway import SandboxPayments
from orders.services import Services
from orders.domain.order_record import OrderRecord
from orders.domain.order import Terms
from local_host import testing
from local_host.host.clock import VirtualClock
from local_host.testing import App, Response, StepContext, start_app
from orders.settings.settings import Settings

APP = Path(__file__).resolve().parent.parent
SECRET = "a secret of these tests"  # noqa: S105 - of these tests


def settings_in(data_dir: Path, secret: str = SECRET) -> Settings:
    """Settings whose files lie in `data_dir`."""
    return Settings(
        data_dir=data_dir,
        catalogue=APP / "catalogue.json",
        id_secret=secret,
        terms=Terms(max_quantity=100, countries=frozenset({"DE", "FR"})),
        on_azure=False,
    )


@dataclass(frozen=True, slots=True)
class Shop:
    """A running shop and its ledgers."""

    app: App
    services: Services
    payments: SandboxPayments
    carrier: SandboxCarrier
    mailer: SandboxMailer
    _stack: ExitStack

    def use(self, **ports: object) -> None:
        """Put other implementations behind some ports, until the test ends."""
        self._stack.enter_context(bootstrap.override(replace(self.services, **ports)))  # type: ignore[arg-type]

    def mend(self) -> None:
        """Put the first implementations back behind all ports."""
        self.use()

    def pass_time(self) -> None:
        """Move the clock to the next timer, and let everything happen that it brings."""
        testing._wait_for(self.app._next_timer())
        self.app.settle()

    def pass_days(self, number: int) -> None:
        """Let days pass at once: every timer trigger runs once, when they are over."""
        self.app.clock.advance(self.app.clock.now() + timedelta(days=number))
        self.pass_time()

    def post(self, body: object, key: str | None = None) -> Response:
        """Ask for an order."""
        headers = {} if key is None else {"Idempotency-Key": key}
        return self.app.request("POST", "/api/orders", json=body, headers=headers)

    def place(self, body: object, key: str | None = None) -> str:
        """Ask for an order that is taken, and answer with its id."""
        answer = self.post(body, key)
        assert answer.status == 202, answer.text
        order_id: str = answer.json()["orderId"]
        return order_id

    def run(self, body: object) -> StepContext:
        """Place an order and see it to its end."""
        return self.app.wait(self.place(body))

    def refund(self, order_id: str, body: object, key: str = "refund") -> Response:
        """Ask for a refund of the order."""
        path = f"/api/operations/orders/{order_id}/refund"
        return self.app.request("POST", path, json=body, headers={"Idempotency-Key": key})

    def desk(self) -> list[dict[str, Any]]:
        """What lies on the desk; its first page."""
        answer = self.app.request("GET", "/api/operations/attention")
        assert answer.status == 200, answer.text
        entries: list[dict[str, Any]] = answer.json()["orders"]
        return entries

    def decide(self, order_id: str, action: str, **more: object) -> Response:
        """Decide at the desk about the order."""
        body = {"action": action, "note": "it works again", "by": "Grace", **more}
        return self.app.request("POST", f"/api/operations/attention/{order_id}", json=body)

    def run_again(self, order_id: str) -> StepContext:
        """Run the order's orchestration again from the start, and see it to its end."""
        return self.app.run("processOrder", {"orderId": order_id}, order_id)

    def refund_again(self, order_id: str, refund_id: str) -> StepContext:
        """Run the refund's orchestration again from the start, and see it to its end."""
        asked = {"orderId": order_id, "refundId": refund_id}
        return self.app.run("refundOrder", asked, refund_id)

    def look(self, order_id: str) -> dict[str, Any]:
        """What a customer sees of the order."""
        answer = self.app.request("GET", f"/api/orders/{order_id}")
        assert answer.status == 200, answer.text
        shown: dict[str, Any] = answer.json()
        return shown

    def record(self, order_id: str) -> OrderRecord:
        """The order's page in the book."""
        record = self.services.order_store.find(order_id)
        assert record is not None
        return record

    def effects(self) -> list[str]:
        """What the sandboxes did, in the order of the ledgers: payments, parcels, confirmations."""
        ledgers = (self.payments.ledger, self.carrier.ledger)
        kinds = [entry.kind for ledger in ledgers for entry in ledger.entries()]
        return kinds + [entry.kind for entry in self.emails() if entry.kind == "sent"]

    def notices(self) -> list[str]:
        """What customers were told of orders that did not come about."""
        return [entry.kind for entry in self.emails() if entry.kind != "sent"]

    def emails(self) -> list[Entry]:
        """The outbox."""
        return self.mailer.outbox.entries()


@contextmanager
def open_shop(
    folder: Path, secret: str = SECRET, tables: TablesAccess | None = None
) -> Iterator[Shop]:
    """A shop whose host keeps its state in `folder/host`, and whose app in `folder/orders`."""
    clock = VirtualClock()
    settings = replace(settings_in(folder / "orders", secret), tables=tables)
    services = bootstrap.build(settings, clock)
    assert isinstance(services.payments, SandboxPayments)
    assert isinstance(services.carrier, SandboxCarrier)
    assert isinstance(services.mailer, SandboxMailer)
    with ExitStack() as stack:
        stack.enter_context(bootstrap.override(services))
        app = stack.enter_context(start_app(APP, folder / "host", clock))
        yield Shop(app, services, services.payments, services.carrier, services.mailer, stack)
