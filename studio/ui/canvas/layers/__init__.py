"""What is painted over the picture while a mask is made: one layer a file, each small."""
