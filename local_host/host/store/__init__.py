"""The task hub: everything that survives a `kill -9`, in `host.sqlite3`."""
