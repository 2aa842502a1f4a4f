"""The rows that a face lists: their texts as they may be shown.

An added or removed row is shown by its text, a relabelled one by its label before and after and its input, an
edited one by what changed. Personal data is masked in all of them. Where a redaction changed, the old text
may be the very value that is now taken out, or the other way round: of such a row everything is shown but the
stretches that changed and are not themselves a placeholder or a mask.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import groupby

import polars as pl

from curate.diff.difference import Difference
from curate.diff.explain.reasons import JUDGED, REDACTED
from curate.diff.show.excerpt import marked, short
from curate.diff.show.privacy import mask_columns
from curate.diff.show.words import word_diff
from curate.examples import TEXT_FIELDS
from curate.pii.redact.surrogates import MASKED
from curate.placeholders import PLACEHOLDER
from curate.read import shown_name
from curate.show.blocks import Block, Heading, Table
from curate.text import visible
from curate.versions.table import as_text
from curate.versions.version import CHANGE_KINDS, Version

# Causes behind which a raw value may stand in one of the two texts.
PERSONAL = (REDACTED, JUDGED)
HIDDEN = "(not shown: redaction)"
NULL, EMPTY = "(null)", "(empty)"
SAME_MASKED = " (differs in what is masked)"
# Characters of a row's text in a table.
TEXT = 200
# Of a plain file's columns, those shown of a whole row.
_COLUMNS = 6
# What redaction leaves: shown, since it says nothing of the value.
_LEFT = re.compile(f"{PLACEHOLDER}|(?:{MASKED})+")

# Columns of the examples of each kind, between row and cause, where there are values to show.
_SHOWN: dict[str, tuple[str, ...]] = {
    "added": ("text",),
    "removed": ("text",),
    "edited": ("field", "edit"),
    "relabelled": ("field", "before", "after", "text"),
    "moved": ("before", "after"),
}
_ALWAYS = frozenset(("field", "before", "after"))


def shown_changes(difference: Difference, limit: int, *, show_values: bool) -> pl.DataFrame:
    """The first `limit` changes as they may be shown, with `text`: of an added or removed row what it says,
    beside a label its input.

    Texts are null where they must not be shown (without `show_values` all but labels and splits), personal
    data is masked in what is left, in ids and in causes, and `HIDDEN` stands for what a redaction changed.
    """
    changes = difference.changes.head(limit)
    may = pl.col("change").is_in(["relabelled", "moved"]) | pl.lit(show_values)
    blank = changes.with_columns(pl.when(may).then(pl.col(name)).alias(name) for name in ("before", "after"))
    blank = blank.with_columns(text=_texts(difference, changes, show_values))
    edited = blank.filter(change="edited")
    masked = mask_columns(
        blank,
        ("row", "before", "after", "cause", "evidence", "text"),
        named=[*edited["before"], *edited["after"], *blank["text"]],
    )
    differed = (blank["before"] != blank["after"]).fill_null(False)
    alike = differed & (masked["before"] == masked["after"]).fill_null(False)
    masked = masked.with_columns(
        pl.when(alike).then(pl.col("after") + SAME_MASKED).otherwise("after").alias("after")
    )
    return _without_redacted(masked)


def examples(difference: Difference, samples: int, show_values: bool) -> Iterator[Block]:
    """For each kind of change a table of its first rows, masked."""
    for kind in CHANGE_KINDS:
        lines = difference.changes.filter(pl.col("change") == kind)
        if not lines.height or not samples:
            continue
        chosen = Difference(
            difference.before, difference.after, lines, difference.duplicates, difference.summary
        )
        shown = shown_changes(chosen, samples, show_values=show_values)
        valued = shown["before"].is_not_null().any() or shown["after"].is_not_null().any()
        if kind in ("added", "removed"):
            valued = shown["text"].is_not_null().any()
        columns = ["row", *(name for name in _SHOWN[kind] if valued or name == "field"), "cause"]
        if shown["text"].is_null().all() and "text" in columns:
            columns.remove("text")
        rows = [_cells(line, columns) for line in shown.iter_rows(named=True)]
        kinds = {at: "edit" for at, name in enumerate(columns) if name == "edit"}
        yield Heading(f"{kind.capitalize()}: examples")
        yield Table(columns, rows, kinds=kinds, left_out=lines.height - len(rows))  # type: ignore[arg-type]


def without_raw(before: str, after: str) -> tuple[str, str]:
    """Both texts with `HIDDEN` for whatever only one has and redaction did not put there."""
    texts = before, after
    left = [[match.span() for match in _LEFT.finditer(text)] for text in texts]
    shown: tuple[list[str], list[str]] = ([], [])
    places = [0, 0]
    sides = {"equal": (0, 1), "delete": (0,), "insert": (1,)}
    for op, part in word_diff(before, after):
        for side in sides[op]:
            start, places[side] = places[side], places[side] + len(part)
            shown[side].append(part if op == "equal" else _kept_back(part, start, left[side]))
    return "".join(shown[0]), "".join(shown[1])


def _kept_back(part: str, start: int, spans: Sequence[tuple[int, int]]) -> str:
    """A stretch that begins at `start` of its text, with `HIDDEN` for the words outside the spans."""
    safe = set[int]().union(*(range(first - start, last - start) for first, last in spans))
    shown = []
    for inside, places in groupby(range(len(part)), key=lambda place: place in safe):
        text = "".join(part[place] for place in places)
        shown.append(text if inside else _hidden(text))
    return "".join(shown)


def _hidden(text: str) -> str:
    """`HIDDEN` with the white space that stood around the text; marks alone are not a value, and stay."""
    body = text.strip()
    if not any(sign.isalnum() for sign in body):
        return text
    start = text.index(body)
    return text[:start] + HIDDEN + text[start + len(body) :]


def _without_redacted(shown: pl.DataFrame) -> pl.DataFrame:
    """The rows whose redaction changed without what may be raw in them; word by word, so row by row."""
    personal = pl.col("reason").is_in(PERSONAL) & (
        pl.col("before").is_not_null() | pl.col("after").is_not_null()
    )
    rows = shown.with_row_index("_place").filter(personal).select("_place", "before", "after")
    if not rows.height:
        return shown
    pairs = [without_raw(before or "", after or "") for _, before, after in rows.iter_rows()]
    fresh = rows.select("_place").with_columns(
        pl.Series("_before", [pair[0] for pair in pairs]), pl.Series("_after", [pair[1] for pair in pairs])
    )
    joined = shown.with_row_index("_place").join(fresh, on="_place", how="left", maintain_order="left")
    return joined.with_columns(
        pl.coalesce("_before", "before").alias("before"), pl.coalesce("_after", "after").alias("after")
    ).select(shown.columns)


def _texts(difference: Difference, changes: pl.DataFrame, show_values: bool) -> pl.Series:
    """What each listed row says, null where it must not be shown or the change itself says it."""
    if not show_values:
        return pl.Series("text", [None] * changes.height, dtype=pl.String)
    return row_texts(difference, changes)


def row_texts(difference: Difference, changes: pl.DataFrame) -> pl.Series:
    """What each of the changed rows says, raw; null where the change itself says it."""
    found = pl.Series("text", [None] * changes.height, dtype=pl.String)
    for kind, version, at in (
        ("added", difference.after, "at_after"),
        ("removed", difference.before, "at_before"),
        ("relabelled", difference.after, "at_after"),
    ):
        wanted = (changes["change"] == kind) & changes[at].is_not_null()
        if wanted.any():
            texts = _said(version, changes.filter(wanted)[at].unique(), label=kind != "relabelled")
            each = changes.select(pl.col(at).alias("at")).join(
                texts, on="at", how="left", maintain_order="left"
            )["said"]
            found = each.zip_with(wanted, found).alias("text")
    return found


def _said(version: Version, at: pl.Series, *, label: bool) -> pl.DataFrame:
    """`at, said`: of a gold row its input and answers, of a plain file's its columns by name."""
    schema = version.table.schema
    if version.gold:
        names = [name for name in TEXT_FIELDS if name in schema][: None if label else 1]
    else:
        names = [name for name in schema if name not in version.keys and (label or name != version.label)]
    names = names[:_COLUMNS]
    if not names:
        return pl.DataFrame({"at": at, "said": [None] * len(at)}, schema_overrides={"said": pl.String})
    rows = version.table.take(at, {name: schema[name] for name in names})
    parts = [as_text(name, schema[name]) for name in names]
    if not version.gold:
        parts = [pl.lit(f"{shown_name(name)}: ") + part for name, part in zip(names, parts, strict=True)]
    said = pl.concat_str(parts, separator=" → " if version.gold else "; ", ignore_nulls=True)
    return rows.select(pl.col("at"), said.alias("said"))


def _cells(line: dict[str, str | None], columns: Sequence[str]) -> list[str]:
    before, after = told_apart(line["change"], line["before"], line["after"])
    cells = {
        "field": shown_name(line["field"] or ""),
        "cause": line["cause"] or "",
        "row": visible(line["row"] or "", 80),
        "before": before,
        "after": after,
        "text": short(line["text"] or "", TEXT),
        "edit": marked(before, after),
    }
    return [cells[name] for name in columns]


def told_apart(change: str | None, before: str | None, after: str | None) -> tuple[str, str]:
    """Two values of an edit, an empty text and a missing one by their names; two that are not shown stay
    empty.
    """
    if change not in ("edited", "relabelled") or (before is None and after is None):
        return before or "", after or ""
    first, second = (NULL if value is None else value or EMPTY for value in (before, after))
    return first, second
