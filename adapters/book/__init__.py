"""How does a page of the order book look, wherever it lies, and what changes it?"""
