"""The interpolation studio: a track of keys, the walk between them, and what is made of it."""
