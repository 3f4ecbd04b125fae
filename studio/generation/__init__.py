"""One use case a file: how a recipe becomes a picture."""
