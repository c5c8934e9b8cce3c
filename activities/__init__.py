"""Side effects: each decodes its input, makes one call on a port and encodes the answer.

Every activity may run more than once, also at the same time; the adapters see to it that the effect
happens once. What raises is a fault and is tried again; an answer that the shop expects is
returned.
"""
