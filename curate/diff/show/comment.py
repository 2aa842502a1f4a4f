"""A difference as one pull-request comment: tables in Markdown, every cell neutralised, never too long to
post.
"""

from __future__ import annotations

from collections.abc import Sequence

from curate.diff.difference import Difference
from curate.diff.show.excerpt import DELETED, INSERTED
from curate.diff.show.sections import GateLine, Section, sections, verdict
from curate.text import for_markdown

# GitHub refuses comments over 65,536 characters and GitLab over 1,000,000; the rest is left for what CI puts
# around it.
LIMIT = 60_000
# CI looks for this line to find its own comment and update it in place.
MARKER = "<!-- assay:diff -->"
# `marked` keeps its cells well below this; a longer one would lose a closing mark.
EDIT_LIMIT = 4_000


# Deleted and inserted words as HTML elements that GitHub and GitLab let through: `~~` and `**` fail beside
# spaces and marks.
_TAGS = str.maketrans(dict(zip((*DELETED, *INSERTED), ("<del>", "</del>", "<ins>", "</ins>"), strict=True)))


def markdown(
    difference: Difference,
    *,
    samples: int = 10,
    show_values: bool = False,
    limit: int = LIMIT,
    gates: Sequence[GateLine] = (),
) -> str:
    """A difference in Markdown of at most `limit` characters (1,000 at least); what did not fit is
    counted.
    """
    mark = "❌" if difference.summary.unexplained or not all(gate.passed for gate in gates) else "✅"
    head = [
        MARKER,
        f"### {mark} Dataset diff: {for_markdown(difference.before.name)} → "
        f"{for_markdown(difference.after.name)}",
        "",
        for_markdown(verdict(difference), 400),
        "",
    ]
    head += [f"> {for_markdown(note, 300)}" for note in difference.summary.notes[:5]] + [""]
    tail = "\n*Cut to fit a comment; the whole: `assay diff … -o changes.parquet`.*\n"
    room = limit - len(tail)
    text = "\n".join(head)[:room]
    for section in sections(difference, samples=samples, show_values=show_values, gates=gates):
        block = _block(section, room - len(text))
        if block is None:
            return text + tail
        text += block
        if len(text) > room:  # pragma: no cover - `_block` keeps to its room
            raise AssertionError("a comment outgrew its limit")
    return text


def _block(section: Section, room: int) -> str | None:
    """The section in at most `room` characters, rows left out as needed; None if not even one row fits."""
    rule = ["---:" if column in section.numbers else "---" for column in section.columns]
    lines = [
        "",
        f"**{section.title}**",
        "",
        _row([for_markdown(column) for column in section.columns]),
        _row(rule),
    ]
    used, kept = sum(len(line) + 1 for line in lines), 0
    spare = 40  # the line that counts what is left out
    for row in section.rows:
        line = _row([_cell(cell, name) for cell, name in zip(row, section.columns, strict=True)])
        if used + len(line) + 1 + spare > room:
            break
        lines.append(line)
        used += len(line) + 1
        kept += 1
    if not kept:
        return None
    left_out = section.left_out + len(section.rows) - kept
    if left_out:
        lines += ["", f"… and {left_out:,} more"]
    return "\n".join(lines) + "\n"


def _cell(text: str, column: str) -> str:
    if column != "edit":
        return for_markdown(text)
    return for_markdown(text, EDIT_LIMIT).translate(_TAGS)


def _row(cells: list[str]) -> str:
    return "| " + " | ".join(cells) + " |"
