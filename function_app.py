"""The function app: checks the configuration and registers every blueprint."""

import azure.durable_functions as df
import azure.functions as func

from activities import emails, order, payment, reconciliation, refund, shipment
from activities import stock as stock_changes
from api.operations import (
    approvals,
    attention,
    audit,
    erasure,
    events,
    health,
    refunds,
    switches,
)
from api.orders import cancel, place, read
from api.quotes import quotes
from api.stock import stock as stock_levels
from api.webhooks import events as partner_events
from entities import stock
from orchestrators import change_stock, handle_partner_event, process_order, refund_order
from orders.services import check_configuration
from timers import nightly_audit, recovery, retention

check_configuration()

app = df.DFApp(http_auth_level=func.AuthLevel.FUNCTION)

MODULES = (
    *(quotes, place, read, cancel, stock_levels),
    *(attention, refunds, approvals, erasure, audit, switches, events, health),
    partner_events,
    *(recovery, retention, nightly_audit),
    *(process_order, refund_order, handle_partner_event, change_stock),
    *(order, payment, shipment, emails, refund, reconciliation, stock_changes),
    stock,
)

for module in MODULES:
    app.register_functions(module.bp)
