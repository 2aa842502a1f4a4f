"""Small tasks, each with the advice that is right for it, by which `assay advise` is judged.

`tuning` were looked at while its rules were written; `held_out` were committed with their verdicts before any
rule was, and are looked at once. Texts are written by hand, rows are made of them by a seeded generator:
every person, firm, number and address is invented.
"""
