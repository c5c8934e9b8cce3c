"""How much there is of an article, and how a person changes it."""
