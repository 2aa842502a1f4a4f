"""Duplicates: exact, near, and across the border of the held-out set.

`twins` finds them among rows, `leaks` between two tables, `stage` acts on them. Beneath: `normalise` (when
two texts are the same), `shingles` (texts to hashes), `signatures` (keys and filters), `join` (verified
pairs), `cover` (which to keep).
"""
