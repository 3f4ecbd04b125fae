"""What the pointer does to a mask or its frame: one tool a file, press, drag and release in one piece of code."""
