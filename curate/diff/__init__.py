"""What changed between two dataset versions, row by row, and why.

`open_both` turns what a user typed into two versions (git revisions read through DVC's cache, gold folders,
plain files); `compare` finds the changes and their causes; `draw`, `markdown`, `page`, `workflow_commands`
and `document` are its faces.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from curate.diff.difference import CHANGES, Difference, compare
    from curate.diff.show.comment import draw, markdown
    from curate.diff.show.github import step_summary, workflow_commands
    from curate.diff.show.html import page
    from curate.diff.show.schema import document
    from curate.versions.sources import open_both
    from curate.versions.version import Version

# Where each name is found, on first use: a run needs one face, and opening the versions starts work that goes
# on beside the imports.
_HOMES = {
    "CHANGES": "curate.diff.difference",
    "Difference": "curate.diff.difference",
    "Version": "curate.versions.version",
    "compare": "curate.diff.difference",
    "document": "curate.diff.show.schema",
    "draw": "curate.diff.show.comment",
    "markdown": "curate.diff.show.comment",
    "open_both": "curate.versions.sources",
    "page": "curate.diff.show.html",
    "step_summary": "curate.diff.show.github",
    "workflow_commands": "curate.diff.show.github",
}

__all__ = [
    "CHANGES",
    "Difference",
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


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)
