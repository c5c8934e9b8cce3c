"""Embedded Azure Functions host for development and tests.

It loads a `function_app.py` as the real Functions host does and drives the official SDK over the
SDK's own wire format. It depends on Azure Functions, never on the app. It runs on one machine and
keeps its state in one SQLite file.

- `host/`: the host process: task hub, durable engine, triggers, web server.
- `worker/`: the worker process: loads the app and calls its functions.
- The modules beside them are shared by both sides; neither side imports the other.
"""
