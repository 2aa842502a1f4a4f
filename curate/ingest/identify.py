"""An id for every row: the declared key, else a content digest; held-out rows never share one with the
data.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import polars as pl

from curate.engine import Part
from curate.errors import AssayError
from curate.ids import CONTENT_PREFIX, content_ids
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
    numbered = _numbered(rows.with_columns(ids.alias("id")))
    if numbered.is_duplicated().any():
        raise _duplicates(rows.with_columns(numbered))
    return numbered


def _numbered(rows: pl.DataFrame) -> pl.Series:
    """`id` of rows, told apart where it is the same: KEY, KEY#2, ..."""
    order = rows.with_row_index("_row").sort(
        "id", "held_out", "input", *(name for name in CONTENT if name != "id"), "_row"
    )
    nth = pl.int_range(1, pl.len() + 1).over("id")
    return order.with_columns(
        pl.when(nth > 1).then(pl.format("{}#{}", "id", nth)).otherwise("id").alias("id")
    ).sort("_row")["id"]


def ids_of_parts(
    parts: Sequence[Part], names: pl.Series | None, key: Key, *, on_duplicate: Literal["error", "number"]
) -> pl.Series:
    """`identify` of rows in partitions, of which only those are fetched that share an id or lack one.

    Parameters
    ----------
    parts
        With the columns that `identify` takes.
    names
        The declared keys, whatever stands in column `id`; None: no key is declared.
    """
    if names is None:
        ids = pl.concat([_first_content(part.read(("input", "held_out")), key) for part in parts])
        twice = ids.is_duplicated().arg_true()
        return ids.scatter(twice, _content(_rows_at(parts, twice), key, "")) if len(twice) else ids
    keyless = names.is_null().arg_true()
    ids = names.clone()  # `scatter` writes in place
    if len(keyless):
        ids = ids.scatter(keyless, _content(_with_keys(parts, keyless, names), key, NO_KEY_PREFIX))
    twice = ids.is_duplicated().arg_true()
    if not len(twice):
        return ids
    rows = _with_keys(parts, twice, ids)
    if on_duplicate == "error":
        raise _duplicates(rows)
    ids = ids.scatter(twice, _numbered(rows))
    if len(still := ids.is_duplicated().arg_true()):
        raise _duplicates(_with_keys(parts, still, ids))
    return ids


def _first_content(rows: pl.DataFrame, key: Key) -> pl.Series:
    """The content id that each row has where no other has its text."""
    digests = pl.Series("example_id", key.digests("example-id", rows["input"].fill_null("").to_list()))
    prefix = pl.when(rows["held_out"]).then(pl.lit(HELD_OUT_PREFIX)).otherwise(pl.lit(""))
    return pl.select((prefix + CONTENT_PREFIX + digests).alias("example_id"))["example_id"]


def _with_keys(parts: Sequence[Part], places: pl.Series, ids: pl.Series) -> pl.DataFrame:
    return _rows_at(parts, places).with_columns(ids.gather(places).alias("id"))


def _rows_at(parts: Sequence[Part], places: pl.Series) -> pl.DataFrame:
    """The rows at `places` (ascending) of all parts."""
    found, first = [], 0
    for part in parts:
        here = places.filter((places >= first) & (places < first + part.rows))
        if len(here):
            found.append(part.read()[here - first])
        first += part.rows
    return pl.concat(found)


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
