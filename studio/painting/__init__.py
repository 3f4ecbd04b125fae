"""A mask that is painted on: brushes, shapes, operations, undo. Arrays only: no Qt, no torch."""
