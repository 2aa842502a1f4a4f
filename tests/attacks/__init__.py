"""Attacks on the product that must fail: false claims that a gate would pass, and files from an enemy."""
