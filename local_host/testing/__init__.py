"""Test harness: a whole app in the test's process, under a virtual clock.

    with start_app(Path("."), tmp_path) as app:
        run = app.run("processOrder", {"orderId": "A1"})
        assert run.output["status"] == "completed"

When nothing else can happen, the clock moves to the next timer, so days pass in milliseconds. HTTP
requests go over a real socket, because the SDK's client sends its own that way.
"""

from local_host.testing.app import App, Run, WaitsForeverError
from local_host.testing.driver import run_in_loop
from local_host.testing.http import Response, send_request
from local_host.testing.launch import start_app
from local_host.testing.worker import load_app

__all__ = [
    "App",
    "Response",
    "Run",
    "WaitsForeverError",
    "load_app",
    "run_in_loop",
    "send_request",
    "start_app",
]
