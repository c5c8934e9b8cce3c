"""Client functions: HTTP in; they write to the book, start and query orchestrations, and answer."""
