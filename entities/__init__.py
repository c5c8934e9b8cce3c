"""Entity functions: shared state, changed one operation at a time.

An entity loads its state, applies one pure domain method, and stores the result once, last.
"""
