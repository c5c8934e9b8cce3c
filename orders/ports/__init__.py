"""Protocols of what the order service needs from outside."""
