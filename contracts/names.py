"""What is everything called on the wire? Each name stands here once, in camelCase.

Instances, histories and the management API show these names. Renaming one breaks the orders that
are running.
"""

from enum import StrEnum


class Orchestration(StrEnum):
    """Workflows."""

    #: Takes one order to its end. Its instance id is the order id.
    PROCESS_ORDER = "processOrder"

    #: Pays back some of what a completed order cost. Its instance id is the refund's id.
    REFUND_ORDER = "refundOrder"

    #: Changes the stock of one article by hand.
    CHANGE_STOCK = "changeStock"


class Entity(StrEnum):
    """Shared state."""

    #: The stock of one article; its key is the SKU.
    STOCK = "stock"


class StockOperation(StrEnum):
    """What can be asked of the stock of an article. Each may be repeated."""

    #: Holds units for an order.
    RESERVE = "reserve"
    #: Gives an order's units back.
    RELEASE = "release"
    #: Sells the held units.
    COMMIT = "commit"
    #: Adds or takes units by hand.
    CHANGE = "change"
    #: Drops a purged order's entry.
    FORGET = "forget"


class StockStep(StrEnum):
    """Steps of an order that are no activities: operations on the stock of each of its articles."""

    RESERVE_STOCK = "reserveStock"
    RELEASE_STOCK = "releaseStock"
    COMMIT_STOCK = "commitStock"


class Activity(StrEnum):
    """Side effects, each one done at least once."""

    #: Reads the book: what is known of this order from earlier runs?
    OPEN_ORDER = "openOrder"
    #: Asks the shop's rules.
    VALIDATE_ORDER = "validateOrder"
    #: Holds the amount on the card (authorizes); takes nothing yet.
    PROCESS_PAYMENT = "processPayment"
    #: Books the parcel.
    SHIP_ORDER = "shipOrder"
    #: Takes the held money.
    CAPTURE_PAYMENT = "capturePayment"
    #: Lets the parcel leave, unless the order is to stop: the last moment to cancel.
    DISPATCH_ORDER = "dispatchOrder"
    #: Mails the customer.
    SEND_CONFIRMATION = "sendConfirmation"
    #: Mails the customer that the order did not come about.
    SEND_NOTICE = "sendNotice"
    #: Writes the outcome to the book.
    CLOSE_ORDER = "closeOrder"

    #: Writes to the book that undoing begins, and why.
    BEGIN_UNDO = "beginUndo"
    #: Leaves the customer whole: voids the hold, or refunds what was captured.
    VOID_PAYMENT = "voidPayment"
    #: Cancels the parcel.
    CANCEL_SHIPMENT = "cancelShipment"

    #: Pays back some of what was taken for a completed order.
    REFUND_PAYMENT = "refundPayment"
    #: Mails the customer what is paid back.
    SEND_REFUND_NOTICE = "sendRefundNotice"
    #: Writes to the book what became of the refund.
    CLOSE_REFUND = "closeRefund"


class Timer(StrEnum):
    """Functions that run when it is time."""

    #: Looks after orders that nobody brings to their end any more, every minute.
    GUARD_ORDERS = "guardOrders"
    #: Removes what nobody needs any more of orders that ended long ago, every night.
    CLEAR_AWAY = "clearAway"
    #: Compares all records, every night.
    NIGHTLY_AUDIT = "nightlyAudit"


class Endpoint(StrEnum):
    """HTTP functions."""

    GET_QUOTE = "getQuote"
    PLACE_ORDER = "placeOrder"
    GET_ORDER = "getOrder"
    LIST_ORDERS = "listOrders"
    CANCEL_ORDER = "cancelOrder"
    LIST_ATTENTION = "listAttention"
    DECIDE = "decide"
    ERASE_ORDER = "eraseOrder"
    REQUEST_REFUND = "requestRefund"
    GET_PARCEL = "getParcel"
    GET_STOCK = "getStock"
    RESTOCK = "restock"
    ADJUST_STOCK = "adjustStock"
    AUDIT = "audit"
