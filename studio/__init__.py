"""Reverie: a desktop studio for latent diffusion in which the reverse process is the document."""

__version__ = "0.1.0"
