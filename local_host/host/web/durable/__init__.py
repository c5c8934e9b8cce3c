"""What does the durable extension answer over HTTP? One file for each kind of thing asked for."""
