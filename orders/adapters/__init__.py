"""Implementations of the ports. Errors of foreign libraries are translated here."""
