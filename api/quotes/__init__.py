"""Quotes: what an order would cost."""
