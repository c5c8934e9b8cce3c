"""Histories of orchestrations: typed events, and their JSON on the wire and in the task hub."""
