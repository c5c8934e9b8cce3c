"""HTTP client functions: they write to the order store, then start and query orchestrations."""
