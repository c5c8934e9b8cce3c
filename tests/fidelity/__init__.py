"""Comparison of the local host with recordings of the real host."""
