"""`assay audit`: what personal data is in the project, what was done about it, who decided, and what still
waits for a person.

`inventory` judges every finding (no text is read, so none can leak), `since` compares with a revision or the
committed baseline, `project` gathers both from disk, and one file a format shows them.
"""
