"""What survives a `kill -9`? The task hub in `host.sqlite3`, written by one thread in groups."""
