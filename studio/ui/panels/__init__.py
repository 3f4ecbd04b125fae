"""The panes at the sides of the window. None knows another."""
