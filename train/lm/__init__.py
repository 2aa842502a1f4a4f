"""Causal language models: the base that is prompted or adapted, what is said to it, and how it answers."""
