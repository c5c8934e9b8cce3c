"""Partners that are reached over HTTP."""
