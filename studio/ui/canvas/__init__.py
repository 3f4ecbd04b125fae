"""The middle of the window: one picture, looked at closely."""
