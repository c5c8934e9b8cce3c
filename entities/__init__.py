"""Shared state: what several orders change at the same time, one operation after the other.

Its first inhabitant will be the stock of one SKU. An entity loads its state, lets the domain
compute the next one, and stores it once, last.
"""
