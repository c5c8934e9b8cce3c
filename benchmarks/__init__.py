"""Benchmarks of the local host: throughput, latency, memory, start and recovery."""
