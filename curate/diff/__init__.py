"""What changed between two dataset versions, row by row, and why.

`open_both` turns what a user typed into two versions (git revisions read through DVC's cache, gold folders, plain files);
`compare` finds the changes and their causes; `draw`, `markdown`, `page`, `workflow_commands` and `document` are its faces.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from curate.diff.comment import markdown
    from curate.diff.difference import CHANGES, Difference, compare
    from curate.diff.github import step_summary, workflow_commands
    from curate.diff.html import page
    from curate.diff.schema import document
    from curate.diff.sections import GateLine
    from curate.diff.sources import open_both
    from curate.diff.terminal import draw
    from curate.diff.version import Version

# Where each name is found, on first use: a run needs one face, and opening the versions starts work that goes on beside the imports.
_HOMES = {
    "CHANGES": "difference",
    "Difference": "difference",
    "GateLine": "sections",
    "Version": "version",
    "compare": "difference",
    "document": "schema",
    "draw": "terminal",
    "markdown": "comment",
    "open_both": "sources",
    "page": "html",
    "step_summary": "github",
    "workflow_commands": "github",
}

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


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
