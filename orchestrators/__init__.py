"""Orchestrator functions: deterministic generators.

They use no I/O, clock, randomness, logging or environment.
"""
