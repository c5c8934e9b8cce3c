"""Implementations of the ports, one a file. Foreign errors are translated here."""
