"""Order store in one SQLite file: for one machine, shared by its processes."""
