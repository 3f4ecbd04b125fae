"""The recorded reverse process: what is kept per step, and how it lies on disk."""
