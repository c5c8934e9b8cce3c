"""Partners that exist only here, with ledgers of their own."""
