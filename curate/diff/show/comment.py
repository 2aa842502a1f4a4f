"""A difference as one pull-request comment, never too long to post, and on a terminal."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from curate.diff.difference import Difference
from curate.diff.show.document import as_document, failed, incomplete
from curate.diff.show.tables import GateRow
from curate.show.blocks import Answer
from curate.show.markdown import as_markdown

if TYPE_CHECKING:
    from rich.console import Console

# GitHub refuses comments over 65,536 characters and GitLab over 1,000,000; the rest is left for what CI puts
# around it.
LIMIT = 60_000
# CI looks for this line to find its own comment and update it in place.
MARKER = "<!-- assay:diff -->"
CUT = "*Cut to fit a comment; the whole: `assay diff … -o changes.parquet`.*"


def markdown(
    difference: Difference,
    *,
    samples: int = 10,
    show_values: bool = False,
    limit: int = LIMIT,
    gates: Sequence[GateRow] = (),
) -> str:
    """A difference in Markdown of at most `limit` characters (1,000 at least); what did not fit is
    counted.
    """
    document = as_document(difference, samples=samples, show_values=show_values, gates=gates)
    mark = "❌" if failed(difference, gates) else "⚠️" if incomplete(difference) else "✅"
    titled = replace(document, title=f"{mark} Dataset diff: {document.title}")
    return as_markdown(titled, level=3, limit=limit, marker=MARKER, cut=CUT)


def draw(
    difference: Difference,
    console: Console,
    *,
    samples: int = 5,
    show_values: bool = False,
    gates: Sequence[GateRow] = (),
) -> None:
    """Print a difference."""
    from curate.show import terminal

    document = as_document(difference, samples=samples, show_values=show_values, gates=gates)
    blocks = [
        replace(block, label=document.title) if isinstance(block, Answer) else block
        for block in document.blocks
    ]
    terminal.draw(blocks, console)
