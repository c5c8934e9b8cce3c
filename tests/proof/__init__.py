"""Is it true, whatever goes wrong? Whole orders, all faults, the audit as the judge."""
