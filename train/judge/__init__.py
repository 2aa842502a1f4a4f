"""The controlled comparison: systems scored on the same held-out rows, and the verdict."""
