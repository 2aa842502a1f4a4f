"""The steward's queue in the terminal, and a sample that says how far the detectors can be trusted.

`queue` orders what is open, `session` is the state machine of keys, `context` masks, `view` draws, `terminal`
reads keys; `sample` draws and `estimate` judges. Values are masked throughout: nothing here reveals one.
"""
