"""Plain data that every room speaks: recipes, events, cancellation. No torch, no Qt."""
