"""The window for plugins: what there is, what it is, and whether it keeps its promises."""
