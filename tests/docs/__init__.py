"""Documents: what they show and name is what the code does and has."""
