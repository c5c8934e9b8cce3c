"""What the people of the shop ask for, and what looks after orders by itself."""
