"""The thread that works while the window answers. QtCore only."""
