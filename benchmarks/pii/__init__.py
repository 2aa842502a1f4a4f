"""The corpus and the yardstick of `pii_corpus.py` and `pii_accuracy.py`."""
