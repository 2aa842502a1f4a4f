"""Outputs of two systems beside each other, blind and shuffled: what people prefer, how far they agree,
and the preference pairs that come of it.

`items` makes what is compared of files of answers, `journal` holds the verdicts, `round` says what waits for
whom and on which side an answer stands, `session` and `view` are the terminal's face, `results` has the
figures, `pairs` the pairs for training.
"""
