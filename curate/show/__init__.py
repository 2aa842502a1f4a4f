"""One model of a document and its faces: terminal, Markdown, HTML, GitHub Actions, SARIF and JSON.

A command builds blocks (`curate.show.blocks`) from raw text; a face draws them. Hostile text is neutralised
in the faces and nowhere else, so a new table needs no thought about escaping. Personal data is not a matter
of form: whoever builds the blocks masks it before. Nothing here knows a stage.
"""
