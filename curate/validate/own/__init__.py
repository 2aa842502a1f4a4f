"""A user's own rules: a Python file with rules and pandera schemas, judged beside the named ones.

`declare` what a rule is, `load` the file, `judge` what its rules say of rows.
"""
