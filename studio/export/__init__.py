"""Pictures as files, with the recipe inside."""
