"""`assay predict`: batch inference that may refuse.

inputs.py     live rows as the model was taught: which columns, one form, language and source
answer.py     one part of the rows answered and judged
threshold.py  the confidence that holds the promised risk, from validation rows
nearest.py    gold rows near a live one, for --explain
refused.py    what is held back, masked, in a form that `assay ingest` takes
work.py       parts written ahead, so that a kill loses and repeats nothing; put together at the end
run.py        all of it
"""
