"""Random orders under random faults and incidents, with the audit as the oracle."""
