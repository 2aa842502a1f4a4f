"""Advice before training: is fine-tuning the right thing for these rows at all?

One file a question: `facts` (does the answer stand in the input?), `repeats` (does it change with the date?),
`learn` (what do simple ways reach, and is there anything to learn?), `lookup`, `narrow`, `noise` (what
caps the score?), `seen` (held-out rows in training), `resolve` (power before training), `pays` (break-even),
`growth` (fifty more rows, or a bigger model?). `advise` asks them all, `verdict` decides by a table of rules.

No model is loaded: words are counted, in numpy, so that it works without the `train` extra.
"""
