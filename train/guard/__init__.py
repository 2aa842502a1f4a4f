"""Guardrails: which answers of a model may be used, and why not the others. No model is needed to judge.

codes.py       the one table: reason code -> what it says, whom it concerns, refuse or flag
params.py      section `predict` of params.yaml
expressions.py what a polars expression can judge
answers.py     what needs Python: schemas, style, support by the source, language
dates.py       dates of a summary that its source does not give
injection.py   marks of a text that gives orders to the model
abstain.py     the confidence from which the promised risk is held
guard.py       all of them over a frame; `assay.guard`
"""
