"""What the rules need from the world outside, as protocols."""
