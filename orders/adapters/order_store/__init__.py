"""Order stores: SQLite for one machine, Azure Tables for many. The shared parts are here."""
