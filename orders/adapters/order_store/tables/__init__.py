"""The order book in Azure Tables."""
