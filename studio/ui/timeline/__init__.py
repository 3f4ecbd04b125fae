"""Below the canvas: the steps of one run, side by side."""
