"""The workspace in which a mask is painted and the picture under it made anew."""
