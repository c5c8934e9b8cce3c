"""Tests of the local host: it behaves like the real host, and it survives crashes."""
