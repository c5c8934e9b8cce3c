"""World of random orders: a shop whose partners, store, switches and secrets change at random."""

from dataclasses import dataclass, field, replace
from typing import Any, Final

from orders.domain.order_record import OrderRecord
from orders.domain.switches import Switch
from orders.ports.order_store import OrderQuery
from orders.settings.settings import Settings
from tests.builders import an_order
from tests.faults import Doubled, Failing, Late, Outage
from tests.shop import Shop

#: Ports that can be unavailable for a while.
PORTS: Final = ("payments", "carrier", "order_store")


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """A method of a port whose first calls fail: some before the effect, then some after it."""

    port: str
    method: str
    before: int
    after: int
    #: Only the first call fails. It is reported as lost, and takes effect later.
    is_late: bool


@dataclass(slots=True, kw_only=True)
class World:
    """A shop, and what has changed around it."""

    shop: Shop
    settings: Settings
    #: In the order in which they were placed.
    order_ids: list[str] = field(default_factory=list)
    outages: dict[str, Outage] = field(default_factory=dict)
    late_calls: list[Late] = field(default_factory=list)
    _ports: dict[str, Any] = field(default_factory=dict)
    _ids_of_keys: dict[str, str] = field(default_factory=dict)

    def break_ports(self, faults: list[Fault], *, updates_are_doubled: bool) -> None:
        """Let the ports fail; several methods of one port may fail."""
        ports = {name: getattr(self.shop.services, name) for name in (*PORTS, "mailer")}
        if updates_are_doubled:
            ports["order_store"] = Doubled(ports["order_store"])
        for fault in faults:
            port = ports[fault.port]
            if fault.is_late:
                self.late_calls.append(late := Late(port, fault.method, fails=False))
                ports[fault.port] = late
            else:
                ports[fault.port] = Failing(
                    port, fault.method, before=fault.before, after=fault.after
                )
        for name in PORTS:
            ports[name] = self.outages[name] = Outage(ports[name])
            self.outages[name].is_over = True
        self._ports = ports
        self._apply()

    def stop(self, parts: set[str]) -> None:
        """Let partners be unavailable and steps be switched off."""
        for part in parts:
            if part in self.outages:
                self.outages[part].is_over = False
            else:
                assert self.shop.set_switch(part, on=False).status == 200

    def rotate_secret(self) -> None:
        """Use another secret for the IDs of orders; the earlier ones are known."""
        earlier = (self.settings.id_secret, *self.settings.previous_id_secrets)
        self.settings = replace(
            self.settings,
            id_secret=f"secret number {len(earlier)} of this test",
            previous_id_secrets=earlier,
        )
        self._apply()

    def place(self, body: dict[str, Any], key: str) -> None:
        """Place an order, unless the shop refuses it now. A known key returns the same order."""
        response = self.shop.post(body, key)
        assert response.status in {202, 503}, response.text
        if response.status == 202:
            order_id = str(response.json()["orderId"])
            assert self._ids_of_keys.setdefault(key, order_id) == order_id
            if order_id not in self.order_ids:
                self.order_ids.append(order_id)

    def complete_order(self) -> None:
        """Place an order before any fault, so that there always is one to refund."""
        self._apply()
        self.place(an_order(), "first")
        self.shop.app.wait(self.order_ids[0])

    def repair(self) -> None:
        """Let everything work again."""
        for switch in Switch:
            assert self.shop.set_switch(switch, on=True).status == 200
        self._ports = {}
        self._apply()

    def deliver_late_calls(self) -> None:
        """Let the calls that were reported as lost take effect, once more if they have."""
        for late in self.late_calls:
            late.arrive()

    def records(self) -> list[OrderRecord]:
        """Return the records of all orders, also of those whose response was lost."""
        return list(self.shop.services.order_store.page(OrderQuery(limit=100)).orders)

    def are_all_orders_ended(self) -> bool:
        """Whether no order and no refund is open."""
        return not any(record.outcome is None or record.open_refunds for record in self.records())

    def let_orders_end(self) -> None:
        """Let time pass until no order and no refund is open; nobody restarts anything."""
        for _ in range(60):
            if self.are_all_orders_ended():
                break
            self.shop.let_minutes_pass(10)
        assert self.are_all_orders_ended(), [r for r in self.records() if r.outcome is None]

    def dispatched_without_payment(self) -> set[str]:
        """Return the orders whose shipment has left and whose payment was never captured."""
        payments, shipments = self.shop.payments.ledger, self.shop.carrier.ledger
        paid = {entry.order_id for entry in payments.entries() if entry.kind == "captured"}
        return {
            entry.order_id
            for entry in shipments.entries()
            if entry.kind == "dispatched" and entry.order_id not in paid
        }

    def charged_twice(self) -> list[str]:
        """Return the orders with more than one captured payment."""
        entries = self.shop.payments.ledger.entries()
        captured = [entry.order_id for entry in entries if entry.kind == "captured"]
        return [order_id for order_id in set(captured) if captured.count(order_id) > 1]

    def _apply(self) -> None:
        self.shop.replace_ports(settings=self.settings, **self._ports)
