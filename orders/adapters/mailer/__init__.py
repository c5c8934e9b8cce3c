"""Mailers: SMTP and the sandbox."""
