"""The race window: one recipe with a field or two varied, its lanes side by side."""
