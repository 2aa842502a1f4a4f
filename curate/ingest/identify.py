"""An id for every row: the declared key, else a content digest; held-out rows never share one with the
data.
"""

from __future__ import annotations

from typing import Literal

import polars as pl

from curate.errors import AssayError
from curate.ids import content_ids
from curate.keys import Key
from curate.text import plural

# A held-out row with the same text as a row of the data is another row: the leak between them must stay
# visible.
HELD_OUT_PREFIX = "test-"
NO_KEY_PREFIX = "nokey-"
UNREADABLE_PREFIX = "unreadable-"

# What tells rows with one text or one key apart: everything but where they stood.
CONTENT = [
    *("output", "rejected", "id", "group", "subject", "source", "language", "collected_at"),
    *("reason", "evidence"),
]


class DuplicateKeys(AssayError):
    """The declared key stands on several rows."""


def identified(
    rows: pl.DataFrame, key: Key, *, declared: bool, on_duplicate: Literal["error", "number"]
) -> pl.DataFrame:
    """`rows` with their `example_id`; the examples of one conversation share its id and add their turn.

    Parameters
    ----------
    rows
        As `identify` takes, with `file_number`, `record`, `turn`, and `whole`, the text of the conversation
        that an example was taken from. Examples of one conversation get one `group`, unless they have one
        already, so that a split never parts them.
    """
    if rows["turn"].is_null().all():
        return rows.with_columns(
            identify(rows, key, declared=declared, on_duplicate=on_duplicate).alias("example_id")
        )
    position = ["file_number", "record"]
    parents = (
        rows.sort("turn", nulls_last=True)
        .unique(position, keep="first", maintain_order=True)
        .with_columns(pl.coalesce("whole", "input").alias("input"))
    )
    parents = parents.select(
        *position,
        identify(parents, key, declared=declared, on_duplicate=on_duplicate).alias("parent"),
    )
    turn = pl.when(pl.col("turn").is_not_null()).then(pl.format("-t{}", "turn")).otherwise(pl.lit(""))
    return (
        rows.join(parents, on=position, how="left", maintain_order="left")
        .with_columns(
            (pl.col("parent") + turn).alias("example_id"),
            pl.when(pl.col("turn").is_not_null())
            .then(pl.coalesce("group", "parent"))
            .otherwise("group")
            .alias("group"),
        )
        .drop("parent")
    )


def identify(
    rows: pl.DataFrame, key: Key, *, declared: bool, on_duplicate: Literal["error", "number"]
) -> pl.Series:
    """`example_id` for each of `rows`, unique, in their order but independent of it.

    Parameters
    ----------
    rows
        `input`, the columns of `CONTENT`, `held_out`, and `file`, `line`, `unit` for the error.
    declared
        Whether a key column is declared; a row whose key is null gets a `nokey-` id, by which it is dropped.
    on_duplicate
        `number` appends `#2`, `#3`, ... to a repeated key, the data before the held-out file, then by
        content.

    Raises
    ------
    DuplicateKeys
        If a declared key stands on several rows and `on_duplicate` is `error`.
    """
    if not declared:
        return _content(rows, key, "")
    keyless = rows["id"].is_null()
    ids = rows["id"]
    if keyless.any():
        keyless_rows = _content(rows.filter(keyless), key, NO_KEY_PREFIX)
        ids = ids.scatter(keyless.arg_true(), keyless_rows)
    if not ids.is_duplicated().any():
        return ids
    if on_duplicate == "error":
        raise _duplicates(rows.with_columns(ids.alias("id")))
    order = (
        rows.with_columns(ids.alias("id"))
        .with_row_index("_row")
        .sort("id", "held_out", "input", *(name for name in CONTENT if name != "id"), "_row")
    )
    nth = pl.int_range(1, pl.len() + 1).over("id")
    numbered = order.with_columns(
        pl.when(nth > 1).then(pl.format("{}#{}", "id", nth)).otherwise("id").alias("id")
    ).sort("_row")
    if numbered["id"].is_duplicated().any():
        raise _duplicates(rows.with_columns(numbered["id"]))
    return numbered["id"]


def unreadable_ids(raw: list[bytes], key: Key) -> list[str]:
    """Ids of rows that could not be read: a keyed digest of the line, numbered among equal lines."""
    seen: dict[str, int] = {}
    ids = []
    for digest in key.digests("unreadable", [line.decode("utf-8", "surrogateescape") for line in raw]):
        seen[digest] = seen.get(digest, 0) + 1
        ids.append(f"{UNREADABLE_PREFIX}{digest}" + (f"-{seen[digest]}" if seen[digest] > 1 else ""))
    return ids


def _content(rows: pl.DataFrame, key: Key, prefix: str) -> pl.Series:
    """Content ids, the data's and the held-out file's apart."""
    ids = pl.Series("example_id", [""], dtype=pl.String).new_from_index(0, rows.height)
    for held_out in (False, True):
        side = rows["held_out"] == held_out
        if side.any():
            text = rows.filter(side).with_columns(pl.col("input").fill_null(""))
            derived = content_ids(text, key, tie_break=CONTENT)
            ids = ids.scatter(side.arg_true(), prefix + (HELD_OUT_PREFIX if held_out else "") + derived)
    return ids


def _duplicates(rows: pl.DataFrame) -> DuplicateKeys:
    twice = rows.filter(pl.col("id").is_duplicated())
    first = twice.sort("file", "line").row(0, named=True)
    places = twice.filter(pl.col("id") == first["id"]).sort("held_out", "file", "line").head(4)
    shown = ", ".join(
        f"{file} {unit} {line}" for file, unit, line in places.select("file", "unit", "line").iter_rows()
    )
    crossing = (
        twice.group_by("id")
        .agg(pl.col("held_out").n_unique().alias("sides"))
        .filter(pl.col("sides") > 1)
        .height
    )
    return DuplicateKeys(
        f"the declared key is not unique: {plural(twice['id'].n_unique(), 'key stands', 'keys stand')} on "
        f"{plural(twice.height, 'row')}, the first of them on {shown}"
        + (f"; {crossing:,} stand both in the data and in the held-out file" if crossing else ""),
        fix="declare another key, or set `ingest.on_duplicate_id: number` in params.yaml to tell them "
        "apart as KEY, KEY#2, ...",
    )
