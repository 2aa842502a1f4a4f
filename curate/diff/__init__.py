"""What changed between two dataset versions, row by row, and why.

`open_both` turns what a user typed into two versions (git revisions read through DVC's cache, gold folders, plain files);
`compare` finds the changes and their causes; `draw`, `markdown`, `page`, `workflow_commands` and `document` are its faces.
"""

from curate.diff.comment import markdown
from curate.diff.difference import CHANGES, Difference, compare
from curate.diff.github import step_summary, workflow_commands
from curate.diff.page import page
from curate.diff.schema import document
from curate.diff.sections import GateLine
from curate.diff.sources import open_both
from curate.diff.terminal import draw
from curate.diff.version import Version

__all__ = [
    "CHANGES",
    "Difference",
    "GateLine",
    "Version",
    "compare",
    "document",
    "draw",
    "markdown",
    "open_both",
    "page",
    "step_summary",
    "workflow_commands",
]
