"""The mathematics of the reverse process. Knows no network, no file and no window."""
