"""Does the embedded host do what the real one does, and does it lose nothing?"""
