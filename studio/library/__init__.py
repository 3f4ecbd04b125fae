"""The folder in which pictures are kept."""
