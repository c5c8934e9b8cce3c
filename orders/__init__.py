"""The order service: domain, contracts, ports, adapters, settings and composition root.

It holds no function triggers.
"""
