"""The words around a match, and what they say of it."""
