"""Verdicts on rows: what a person decided of an example, read from a journal, judged beside the rows of today
and applied.

`journal` holds the form and the file, `standing` says which verdicts hold for which rows, `apply` carries
them out. Stage `redact` judges (it has the text that was shown and the detectors that read an edit), stage
`dedup` applies before it looks for twins, so that a relabelled row no longer contradicts one, and stage
`validate` spares what somebody kept.
"""
