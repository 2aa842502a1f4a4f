"""Presidio's own machinery, loaded the light way and made cheaper with the same results."""
