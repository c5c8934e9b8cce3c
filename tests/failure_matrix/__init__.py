"""Failure matrices: every step of an order, a refund and an event under every incident."""
