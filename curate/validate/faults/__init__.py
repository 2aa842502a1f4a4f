"""Faults of instruction and generative data, one file each: what a written answer should not teach."""
