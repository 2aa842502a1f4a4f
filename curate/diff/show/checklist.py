"""What a reviewer of a new dataset version should confirm, as points with ids that can be signed.

A point's id is a digest of what it says about which two contents. The same change gives the same ids on every
machine, and a point that reads otherwise, or stands under other data, has another id: a signature cannot be
carried over to it by mistake.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

import polars as pl

from curate.diff.difference import Difference
from curate.diff.show.document import verdict
from curate.diff.show.examples import shown_changes
from curate.diff.show.excerpt import short, stretches
from curate.diff.show.privacy import masks
from curate.diff.show.tables import GateRow
from curate.files import canonical_json
from curate.show.blocks import Block, Code, Document, Heading, Item, Listing, Paragraph
from curate.text import plural
from curate.versions.version import CHANGE_KINDS, Version

# Rows of each kind of change to read, chosen by the digest of their name: nobody chooses them, and everybody
# gets the same.
TO_READ = 5
# Characters of each of its texts.
READ = 240
# Of deleted and inserted words, as `git diff --word-diff` writes them.
_SIGNS = {"equal": "{}", "delete": "[-{}-]", "insert": "{{+{}+}}"}
SCHEMA = "assay.checklist/1"


@dataclass(frozen=True)
class Point:
    """A thing to confirm: `id` (12 hexadecimal digits), the heading it stands under, and the question."""

    id: str
    about: str
    question: str


def checklist(difference: Difference, gates: Sequence[GateRow] = ()) -> list[Point]:
    """The points, in the order of `assay diff`; always the same for the same two contents."""
    contents = [_content(side) for side in (difference.before, difference.after)]
    asked = list(_asked(difference, gates))
    hidden = masks(question for _, question in asked)
    shown = [(about, hidden.get(question, question)) for about, question in asked]
    return [Point(_digest([*contents, about, question]), about, question) for about, question in shown]


def checklist_document(difference: Difference, points: Sequence[Point]) -> Document:
    """The points as a task list, and the id of the whole."""
    contents = [_content(side)[:16] for side in (difference.before, difference.after)]
    head: list[str | Code] = ["Contents ", Code(contents[0]), " → ", Code(contents[1])]
    head += [" · checklist ", Code(whole(points)), f" · {len(points)} points"]
    blocks: list[Block] = [Paragraph("Reviewer …………………………………… Date …………………")]
    for about, group in groupby(points, key=lambda point: point.about):
        items = [Item(point.question, point.id) for point in group]
        blocks += [Heading(about), Listing(items, tasks=True)]
    names = f"{difference.before.name} → {difference.after.name}"
    return Document(f"Review of {names}", blocks, head, "assay review-checklist")


def whole(points: Sequence[Point]) -> str:
    """The id of a checklist: changes with any of its points."""
    return _digest([point.id for point in points])


def _asked(difference: Difference, gates: Sequence[GateRow]) -> Iterator[tuple[str, str]]:
    summary = difference.summary
    yield "Outcome", f"The change is the one that was meant: {verdict(difference)}."
    for name, passed, message in gates:
        if passed is None:
            yield "Gates", f"Gate {name} is SKIPPED and may be: {message}"
        elif not passed:
            yield "Gates", f"Gate {name} fails and may: {message}"
    for fault in summary.faults:
        yield "Outcome", f"This is known and may be: {fault}."
    for cause in summary.causes:
        said = f"{cause.changes:,} {cause.change}: {cause.reason}" + (
            f" ({cause.because})" if cause.because else ""
        )
        yield (
            "Causes",
            f"{said}. "
            + (
                "Somebody knows why, and it is written down."
                if cause.unexplained
                else "Expected, and so many."
            ),
        )
    if summary.duplicate_keys:
        yield (
            "Causes",
            f"{plural(summary.duplicate_keys, 'key stands', 'keys stand')} on several rows, and the source "
            "means that.",
        )
    for one in summary.finding_changes:
        if one.no_longer:
            yield (
                "Personal data",
                f"{one.entity}: {plural(one.no_longer, 'value')} NO LONGER acted on, left in the text; "
                "somebody decided that.",
            )
        if one.new or one.fixed:
            yield (
                "Personal data",
                f"{one.entity}: {plural(one.new, 'value')} new, {one.fixed:,} gone; what is done with them "
                "is right.",
            )
    if summary.leaks and summary.leaks.pairs:
        yield (
            "Splits",
            f"{plural(summary.leaks.held_out_rows, 'held-out row newly has', 'held-out rows newly have')} "
            "a twin in training; figures on them are read with that in mind.",
        )
    for left, right, rows in summary.moves:
        yield (
            "Splits",
            f"{plural(rows, 'row')} moved from {left} to {right}; no held-out row was trained on for it.",
        )
    for left, right, rows in summary.transitions[:20]:
        yield (
            "Labels",
            f"{plural(rows, 'row')} went from {left or '(none)'} to {right or '(none)'}; by the house rules, "
            "not by habit.",
        )
    for shift in summary.shifts:
        if shift.significant:
            yield (
                "Shifts",
                f"{shift.column} is distributed otherwise (effect {shift.effect:.3f}); live inputs look "
                f"like that.",
            )
    for change in summary.parameters[:20]:
        yield "Parameters", f"{change} was decided, not slipped in."
    for kind in CHANGE_KINDS:
        for line in _to_read(difference, kind).iter_rows(named=True):
            yield "Rows read", _reading(line)


def _to_read(difference: Difference, kind: str) -> pl.DataFrame:
    """The first change of each row that is to be read in full, as it may be shown."""
    lines = difference.changes.filter(pl.col("change") == kind)
    rows = sorted(lines["row"].unique(), key=lambda row: (_digest([row]), row))[:TO_READ]
    chosen = lines.filter(pl.col("row").is_in(rows)).unique("row", keep="first", maintain_order=True)
    only = Difference(difference.before, difference.after, chosen, difference.duplicates, difference.summary)
    return shown_changes(only, TO_READ, show_values=difference.after.gold).sort("row")


def _reading(line: Mapping[str, Any]) -> str:
    """What to read of a row: its text, how its field changed, or what its label was and is."""
    before, after = line["before"] or "", line["after"] or ""
    said = ""
    if line["change"] == "edited" and (before or after):
        said = f": “{''.join(_SIGNS[op].format(part) for op, part in stretches(before, after, READ))}”"
    elif before or after:
        said = f" from “{short(before, READ)}” to “{short(after, READ)}”"
    if line["text"]:
        said += f": “{short(line['text'], READ)}”"
    field = f" {line['field']}" if line["field"] else ""
    return f"{line['change'].capitalize()} {line['row']}{field}{said} ({line['cause']}). Read, and right."


def _content(side: Version) -> str:
    """The content digest of a version whose files are as published, else a digest of the rows' fields in any
    order.
    """
    stated = side.manifest.get("content_digest")
    if isinstance(stated, str) and side.as_published:
        return stated
    from curate.versions.table import as_text

    sums = hashlib.blake2b(digest_size=16)
    for name, dtype in sorted(side.table.schema.items()):
        texts = pl.concat(
            part.rows.select(as_text(name, dtype).alias("v")).collect()["v"] for part in side.table.parts
        )
        for text in texts.sort(nulls_last=True):
            sums.update(canonical_json([name, text]).encode())
    return sums.hexdigest()


def _digest(value: Sequence[str]) -> str:
    return hashlib.blake2b(canonical_json(list(value)).encode(), digest_size=6).hexdigest()
