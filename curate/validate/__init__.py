"""Stage 5: does each row say what the task card asks, and is its text whole?

`params` the knobs, `schema` the pandera schema of the card's kind, `json_outputs` JSON targets, `labels`
unknown labels, `rules` the registry of named quality rules, `stage` the stage itself.
"""
