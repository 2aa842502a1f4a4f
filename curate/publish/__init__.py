"""Stage 7: the gold version, a folder that explains itself.

`digest` what makes two versions equal, `upstream` what the stages left, `manifest` counts and versions,
`card` the dataset card, `gold` reading a version back, `stage` the stage itself.
"""
