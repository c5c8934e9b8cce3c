"""The durable engine: the rules of Durable Task, as recordings of the real host show them."""
