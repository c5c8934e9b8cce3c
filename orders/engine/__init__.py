"""The Durable Functions engine: start, resume, terminate and read orchestrations and entities."""
