"""The name tagger's training: text made from templates and name lists, CC BY tweets, a small network, an
integer copy of it.
"""
