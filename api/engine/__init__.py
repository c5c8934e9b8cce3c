"""What the engine knows of orders, and is asked to do."""
