"""A difference as a document of blocks, the same for every face that a person reads."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from curate.diff.difference import Difference
from curate.diff.show.examples import examples
from curate.diff.show.privacy import masks
from curate.diff.show.tables import GateRow, masked, tables
from curate.show.blocks import Answer, Block, Document, Heading, Notice, Table, Tone
from curate.text import plural, visible


def verdict(difference: Difference) -> str:
    """The outcome in a sentence, what is false or was loosened first."""
    return "; ".join([*difference.summary.faults, _outcome(difference)])


def _outcome(difference: Difference) -> str:
    summary = difference.summary
    lost = _unread(difference)
    same = f"of the rows that could be read, none differs ({lost})" if lost else "no row differs"
    if summary.empty and any(summary.clerical.values()):
        return f"{same} but in form: " + ", ".join(name for name, rows in summary.clerical.items() if rows)
    if summary.empty:
        return same
    counts = (
        ", ".join(f"{rows:,} {kind}" for kind, rows in summary.changes.items() if rows)
        or "only columns differ"
    )
    parts = [f"{summary.unexplained:,} UNEXPLAINED"] if summary.unexplained else []
    if summary.unsure:
        parts.append(f"{summary.unsure:,} unsure")
    if lost:
        parts.append(lost)
    parts = parts or ["all explained"]
    if summary.leaks and summary.leaks.pairs:
        parts.append(f"{summary.leaks.held_out_rows:,} held-out rows newly LEAK into training")
    if new := sum(one.new for one in summary.finding_changes):
        parts.append(f"{new:,} personal values new")
    if summary.substantive and (form := sum(summary.changes.values()) - sum(summary.substantive.values())):
        parts.append(f"{form:,} of them in form only")
    return f"{counts}; {', '.join(parts)}"


def _unread(difference: Difference) -> str:
    """The rows that could not be read, in words; empty if there are none."""
    sides = zip((difference.before, difference.after), difference.summary.unread, strict=True)
    lost = [f"{plural(rows, 'row')} of {side.name}" for side, rows in sides if rows]
    return f"{' and '.join(lost)} could not be read" if lost else ""


def failed(difference: Difference, gates: Sequence[GateRow] = ()) -> bool:
    """Whether a change is unexplained, a version false or loosened, or a gate did not pass."""
    summary = difference.summary
    return bool(summary.unexplained or summary.faults) or any(passed is False for _, passed, _ in gates)


def incomplete(difference: Difference) -> bool:
    """Whether rows could not be read, so that nobody can say that every change is seen and explained."""
    return any(difference.summary.unread)


def as_document(
    difference: Difference,
    *,
    samples: int,
    show_values: bool,
    most: int = 20,
    gates: Sequence[GateRow] = (),
) -> Document:
    """The verdict, notes, and every table that has rows, most important first, personal data masked.

    Parameters
    ----------
    samples
        Changes listed per kind of change.
    show_values
        Whether samples show texts. Labels and splits are always shown; a value that a redaction takes out
        never is.
    most
        Rows of each counting table.
    gates
        What was judged of the newer version.
    """
    tone: Tone = "bad" if failed(difference, gates) else "note" if incomplete(difference) else "good"
    blocks: list[Block] = [Answer(verdict(difference), tone)]
    blocks += [Notice(note) for note in difference.summary.notes[:20]]
    for title, table in masked(
        [one for one in tables(difference, most, gates, show_values) if one.table.rows]
    ):
        blocks += [Heading(title), replace(table, caption=title)]
    blocks += comments(difference)
    blocks += examples(difference, samples, show_values)
    return Document(f"{difference.before.name} → {difference.after.name}", blocks, kind="assay diff")


def comments(difference: Difference) -> list[Block]:
    """What people said of the difference, masked as everything is that a person typed."""
    if not difference.comments:
        return []
    shown = masks(text for told in difference.comments for text in (told.row, told.comment.text))
    rows = []
    for told in difference.comments:
        row, text = (shown.get(given, given) for given in (told.row, told.comment.text))
        of = "" if told.current else " (of an earlier state)"
        rows.append(
            [visible(row, 80) or "(all)", text + of, told.comment.reviewer, told.comment.date[:10], told.name]
        )
    return [Heading("Comments"), Table(("row", "comment", "who", "day", "name"), rows)]
