"""Small reusable parts of the window. They know palettes and style sheets, and nothing of jobs."""
