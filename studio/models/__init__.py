"""Everything that touches model folders, diffusers and transformers."""
