"""The function app: registers every blueprint, nothing else."""

import azure.durable_functions as df
import azure.functions as func

from activities import book, confirmation, payment, shipment, validation
from api import orders
from orchestrators import process_order

app = df.DFApp(http_auth_level=func.AuthLevel.FUNCTION)

for room in (orders, process_order, book, validation, payment, shipment, confirmation):
    app.register_functions(room.bp)
