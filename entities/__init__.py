"""Shared state: what several orders change at the same time, one operation after the other.

An entity loads its state, lets the domain compute the next one, and stores it once, last.
"""
