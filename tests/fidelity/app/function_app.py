"""The app that the recordings were made with, as far as they use it."""

import azure.durable_functions as df
import azure.functions as func
import clients
import flows
import http_shapes
import steps
import tallies
import waits

app = df.DFApp(http_auth_level=func.AuthLevel.ANONYMOUS)
for part in (http_shapes, clients, steps, flows, waits, tallies):
    app.register_functions(part.bp)
