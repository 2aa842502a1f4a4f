"""Shared runs of words: test examples inside longer training rows, and benchmark text in training data.

`grams` numbers words and finds runs, `find` compares two tables, `stage` takes rows with benchmark text out.
"""
