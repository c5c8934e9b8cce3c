"""The order book in one SQLite file."""
