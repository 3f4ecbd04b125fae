"""Painting a picture anew where a mask says so: how the known part is held, told, filled and put back."""
