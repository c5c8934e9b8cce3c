"""Does the local host decide as the real one does? Recordings of the real host are the judge."""
