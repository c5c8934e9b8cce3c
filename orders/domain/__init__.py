"""Rules and records of the order service. Standard library only."""
