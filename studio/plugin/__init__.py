"""Plugins: samplers, spacings and guidance rules that others write. Read before they are trusted, run when asked."""
