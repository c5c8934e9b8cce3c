"""How fast is the local host, how large, and what is the limit? Measured, never asserted."""
