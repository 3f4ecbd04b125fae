"""Codes in the window: the shelf, inverting a picture, arithmetic."""
