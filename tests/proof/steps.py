"""Which steps does an order have, what stands behind each, and what must become of its faults?"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from orders.contracts.names import Activity, StockOperation, StockStep
from orders.domain.errors import CarrierUnavailableError
from orders.domain.money import Money
from orders.domain.outcome import Outcome
from tests.builders import a_person, an_order
from tests.proof.behind import signal
from tests.shop import Shop

PRICE: Final = Money(2980, "EUR")

Late = Callable[[Shop, str], object]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Row:
    """One step, or one of the two things that a step does."""

    step: Activity | StockStep
    #: What is called for its effect: a port's method, or an operation of the stock.
    port: str
    method: str
    #: The step again, by a straggler, after the order was undone; or why there is no such thing.
    late: Late | str
    #: How it ends if the step fails for as long as it is tried.
    down: str = "rejected, unavailable"
    #: An order whose step answers no; or why none does.
    no: dict[str, Any] | str = "it has no answer but that it is done"
    #: How that order ends.
    no_end: str = "-"
    #: How it ends if the customer cancels while the step is tried.
    cancel: str = "canceled, canceled"
    #: How it ends if the article is taken from the shelf while the step is tried.
    stock_gone: str = "completed"
    #: Whether the step undoes: its order is one that is undone.
    undoes: bool = False

    @property
    def name(self) -> str:
        """What the row is called."""
        return f"{self.step.value} ({self.port}.{self.method})"

    @property
    def order(self) -> dict[str, Any]:
        """An order that comes to this step."""
        method = "pm_sandbox_captureUnavailable" if self.undoes else "pm_card_visa"
        return an_order(payment_method=method)

    @property
    def end(self) -> str:
        """How the order ends if the fault passes."""
        return "rejected, unavailable" if self.undoes else "completed"


def _release(shop: Shop, order_id: str) -> None:
    try:
        shop.carrier.release(order_id)
    except CarrierUnavailableError:
        return
    raise AssertionError("a canceled parcel was let go")


_NO_EFFECT: Final = "it only reads or notes; there is nothing to undo"
_IS_UNDO: Final = "it is the undo"
_TOO_LATE: Final[dict[str, Any]] = {"cancel": "completed", "down": "needsAttention, unavailable"}
_OPEN: Final = "processing"
_UNDOING: Final[dict[str, Any]] = {
    "undoes": True,
    "late": _IS_UNDO,
    "cancel": "rejected, unavailable",
    "stock_gone": "rejected, unavailable",
}

ROWS: Final = (
    Row(
        step=Activity.OPEN_ORDER,
        port="order_book",
        method="open",
        late=_NO_EFFECT,
        down=_OPEN,
        no="an order that the book does not know was never placed",
        stock_gone="rejected, outOfStock",
    ),
    Row(
        step=Activity.VALIDATE_ORDER,
        port="order_book",
        method="judge",
        late=_NO_EFFECT,
        no=an_order(quantity=101),
        no_end="rejected, quantityAboveLimit",
        stock_gone="rejected, outOfStock",
    ),
    Row(
        step=StockStep.RESERVE_STOCK,
        port="stock",
        method=StockOperation.RESERVE,
        late=lambda shop, order_id: signal(shop, "reserve", order_id),
        no=an_order(sku="LAMP-OAK", quantity=6),
        no_end="rejected, outOfStock",
        stock_gone="rejected, outOfStock",
    ),
    Row(
        step=Activity.PROCESS_PAYMENT,
        port="payments",
        method="authorize",
        late=lambda shop, order_id: shop.payments.authorize(order_id, PRICE, "pm_card_visa"),
        no=an_order(payment_method="pm_card_chargeDeclined"),
        no_end="rejected, cardDeclined",
    ),
    Row(
        step=Activity.SHIP_ORDER,
        port="carrier",
        method="book",
        late=lambda shop, order_id: shop.carrier.book(order_id, a_person()),
        no=an_order(postal_code="00001"),
        no_end="rejected, addressRefused",
    ),
    Row(
        step=Activity.CAPTURE_PAYMENT,
        port="payments",
        method="capture",
        late=lambda shop, order_id: shop.payments.capture(order_id),
        no=an_order(payment_method="pm_sandbox_captureRefused"),
        no_end="rejected, captureRefused",
    ),
    Row(
        step=Activity.DISPATCH_ORDER,
        port="order_book",
        method="dispatch",
        late=lambda shop, order_id: shop.services.order_store.dispatch(order_id),
        down="needsAttention, unavailable",
        no="it says no where the order is canceled or being undone: see the cancel",
    ),
    Row(step=Activity.DISPATCH_ORDER, port="carrier", method="release", late=_release, **_TOO_LATE),
    Row(
        step=StockStep.COMMIT_STOCK,
        port="stock",
        method=StockOperation.COMMIT,
        late=lambda shop, order_id: signal(shop, "commit", order_id),
        no="it says no where the units were given back by an undo: see the late effects",
        **_TOO_LATE,
    ),
    Row(
        step=Activity.SEND_CONFIRMATION,
        port="mailer",
        method="send_confirmation",
        late="a mail cannot be taken back; it is sent when nothing is undone any more",
        down="completed",
        cancel="completed",
    ),
    Row(
        step=Activity.CLOSE_ORDER,
        port="order_book",
        method="close",
        late=lambda shop, o: shop.services.order_store.close(o, Outcome.completed("T1")),
        down=_OPEN,
        cancel="completed",
    ),
    Row(step=Activity.BEGIN_UNDO, port="order_book", method="begin_undo", down=_OPEN, **_UNDOING),
    Row(
        step=Activity.CANCEL_SHIPMENT,
        port="carrier",
        method="cancel",
        down="needsAttention, unavailable",
        **_UNDOING,
    ),
    Row(
        step=Activity.REVERSE_PAYMENT,
        port="payments",
        method="withdraw",
        down="needsAttention, unavailable",
        no=an_order(payment_method="pm_sandbox_refundRefused"),
        no_end="needsAttention, canceled",
        **_UNDOING,
    ),
    Row(
        step=Activity.SEND_OUTCOME_EMAIL,
        port="mailer",
        method="send_notice",
        down="rejected, unavailable",
        **{**_UNDOING, "late": "a mail cannot be taken back; it is sent when all is undone"},
    ),
    Row(
        step=StockStep.RELEASE_STOCK,
        port="stock",
        method=StockOperation.RELEASE,
        down="needsAttention, unavailable",
        **_UNDOING,
    ),
)
