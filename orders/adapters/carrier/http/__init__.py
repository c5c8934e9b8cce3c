"""Carrier over HTTP."""
