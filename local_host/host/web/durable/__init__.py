"""HTTP calls of the durable extension, one module for each resource."""
