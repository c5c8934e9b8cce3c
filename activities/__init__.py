"""Activity functions: decode the input, call a port, encode the result.

Some read the order's record first. An activity may run more than once, also at the same time. The
adapters ensure that its effect happens once. A fault raises and is retried; an outcome that the
shop expects is a result.
"""
