"""Workflows: deterministic generators without I/O, clock, randomness, logging, environment."""
