"""Where does the app run when there is no Azure? In this embedded host.

It loads a `function_app.py` as the real Functions host does and drives the official SDK over the
SDK's own wire format. It knows Azure Functions, never the app. It is a development host and a test
bench: one machine, one SQLite file.
"""
