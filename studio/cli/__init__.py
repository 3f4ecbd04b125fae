"""The same jobs without a window, one command a file."""
