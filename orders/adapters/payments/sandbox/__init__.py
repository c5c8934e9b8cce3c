"""Sandbox payments."""
