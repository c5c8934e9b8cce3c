"""Timer triggers of the app."""
