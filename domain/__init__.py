"""The rules of the shop: values and decisions, standard library only."""
