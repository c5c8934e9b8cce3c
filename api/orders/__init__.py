"""Orders: place, get, list, cancel, track."""
