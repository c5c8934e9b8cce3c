"""Stock: levels and adjustments."""
