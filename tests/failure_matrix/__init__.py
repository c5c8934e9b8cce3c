"""Failure matrices: every step of an order and of a refund under every incident."""
