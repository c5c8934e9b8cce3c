"""What customers ask for: quotes, orders, parcels."""
