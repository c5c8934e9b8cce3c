"""Carriers: HTTP and the sandbox."""
