"""The formats known by name, and how a file is recognised as one of them."""
