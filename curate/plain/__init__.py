"""Plain tables: what the stages do, on any frame, without a project, a key or a file.

A file each for scan, redact, dedup, leaks, rules and diff: a function from a table to a frozen result with
`kept`, `dropped`, `counts()` and `details()`. The commands on plain files and `import assay` are thin shells
over these. Nothing here reads or writes a file.
"""
