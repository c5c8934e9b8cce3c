"""What the engine knows of orders, refunds and stocks, and is asked to do."""
