"""The comparison itself: two versions in, a long table of changes with causes and a summary out.

    marks of every row -> alignment -> values of the rows that differ -> changes -> causes -> summary

Only marks of all rows and values of changed rows are ever in memory, and each file is read twice (figures:
docs/measurements.md). A row can have several changes: it may be edited in two fields, relabelled and moved.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

import polars as pl

from curate.diff.comments import Comment
from curate.diff.explain.causes import explain
from curate.diff.match.align import Alignment, by_content, by_key
from curate.diff.match.clerical import PLACES, clerical_counts, mark_clerical, substantive_counts
from curate.diff.match.printed import by_fingerprints
from curate.diff.match.similar import with_likeness
from curate.diff.measure.authentic import unsure
from curate.diff.measure.drift import shifts, watch
from curate.diff.measure.exposure import finding_changes, new_leaks
from curate.diff.measure.findings import with_faults
from curate.diff.measure.summary import Summary, summarise
from curate.errors import AssayError
from curate.read import shown_name
from curate.text import plain
from curate.versions.table import SEPARATOR, as_text, common_type, length_of
from curate.versions.version import CHANGE_KINDS, Version

# What `-o` writes: the contract of `assay diff` in docs.
CHANGES = pl.Schema(
    {
        "change": pl.String(),  # one of CHANGE_KINDS
        # the key; without one the record number, counted from 0 (in A for removed rows, else in B), with a #
        # where other rows have keys
        "row": pl.String(),
        "field": pl.String(),  # null for a whole row
        "before": pl.String(),  # null for added and removed rows
        "after": pl.String(),
        "cause": pl.String(),
    }
)


@dataclass(frozen=True)
class Told:
    """A comment where it is shown: the name of its line, its row's id (empty: the whole difference), and
    whether it was said of just what is compared here.
    """

    name: str
    row: str
    comment: Comment
    current: bool


@dataclass(frozen=True)
class Difference:
    """What changed between two versions.

    Parameters
    ----------
    before, after
        The versions compared.
    changes
        One line per change: the columns of `CHANGES`, and `at_before`, `at_after` (row numbers), `was` (the
        key before), `similarity` (where rows without a key paired by likeness), `clerical` (`whitespace` or
        `unicode` where only that differs), `stage`, `reason` and `evidence`, of which `cause` is made. Sorted
        by kind of change, row and field.
    duplicates
        Keys on several rows of a side: `key`, `before`, `after`.
    summary
        Counts.
    comments
        What people said of it, where somebody asked (`curate.diff.commented`).
    """

    before: Version
    after: Version
    changes: pl.DataFrame
    duplicates: pl.DataFrame
    summary: Summary
    comments: tuple[Told, ...] = ()

    @property
    def table(self) -> pl.DataFrame:
        """The changes in the columns of `CHANGES`."""
        return self.changes.select(CHANGES.names())


def compare(before: Version, after: Version, *, tolerance: float = 0.0) -> Difference:
    """Compare two versions of one dataset.

    Parameters
    ----------
    before, after
        Both gold versions or both plain files.
    tolerance
        Numbers that differ by at most this share of the larger, or this much below 1, are not a change.

    Raises
    ------
    AssayError
        If a key or label column is missing on a side, one side is a gold version and the other a plain file,
        or a file is damaged.
    """
    try:
        return _compare(before, after, tolerance)
    except (pl.exceptions.ComputeError, OSError) as error:
        name = before.damaged() or after.damaged()
        if name is None:
            raise
        raise AssayError(
            f"{plain(name)} is damaged: it cannot be read to its end",
            fix="make it again, or restore it: dvc checkout --force gold   (an old version: take its "
            "object out of DVC's cache, then the same command with --fetch)",
        ) from error


def _compare(before: Version, after: Version, tolerance: float) -> Difference:
    columns = _shared_columns(before, after)
    watched = watch(before, after, columns)
    before, after, alignment = _align(
        before, after, columns, [name for name, kind in watched.items() if kind == "length"]
    )
    pairs = with_likeness(alignment.pairs, before, after, columns)
    changes = _sorted(
        pl.concat([_alone(pairs), _edits(before, after, pairs, columns, tolerance), _moves(pairs)]),
        bool(after.keys),
    )
    changes = _numbered_as_in_the_file(changes, before, after)
    if after.keys:  # a row whose key is null is named by its number, told apart from keys
        changes = changes.with_columns(
            pl.when("unnamed").then("#" + pl.col("row")).otherwise("row").alias("row")
        )
    changes = changes.drop("unnamed")
    with ThreadPoolExecutor(
        1
    ) as beside:  # leaks and causes ask for different things and keep one core busy each
        leaks = beside.submit(new_leaks, changes, before, after)
        changes = mark_clerical(explain(changes, before, after))
        summary = summarise(changes, alignment.duplicates, before, after)
        shifted = shifts(changes, before, after, columns, watched)
    summary = replace(
        summary,
        shifts=shifted,
        notes=(*unsure(before, after), *summary.notes),
        finding_changes=finding_changes(before, after),
        leaks=leaks.result(),
        clerical=clerical_counts(
            changes, pl.concat([pairs.select(*PLACES), alignment.unchanged]), before, after
        ),
        substantive=substantive_counts(changes),
    )
    summary = with_faults(summary, before, after)
    return Difference(before, after, changes, alignment.duplicates, summary)


def _numbered_as_in_the_file(changes: pl.DataFrame, before: Version, after: Version) -> pl.DataFrame:
    """Rows without a key under their record numbers, unreadable records counted."""
    for side, at, of in (
        (before, "at_before", pl.col("at_after").is_null()),
        (after, "at_after", pl.col("at_after").is_not_null()),
    ):
        if side.numbers is not None:
            named = pl.col("unnamed") & of
            numbers = pl.col(at).replace_strict(
                pl.int_range(len(side.numbers), eager=True, dtype=pl.UInt32), side.numbers, default=None
            )
            changes = changes.with_columns(
                pl.when(named).then(numbers.cast(pl.String)).otherwise("row").alias("row")
            )
    return changes


def _shared_columns(before: Version, after: Version) -> dict[str, pl.DataType]:
    """Columns of both sides but the key, each with the dtype it is compared in."""
    if before.gold != after.gold:
        file, gold = (after, before) if before.gold else (before, after)
        raise AssayError(
            f"{file.name} is a plain file and {gold.name} a gold version; they cannot be compared",
            fix="give two files or two gold versions, e.g. `assay diff HEAD` or `assay diff old.csv "
            "new.csv --key id`",
        )
    for side in (before, after):
        for role, wanted in (("key", side.keys), ("label", (side.label,) if side.label else ())):
            for name in wanted:
                if name not in side.table.schema:
                    raise AssayError(
                        f"{side.name} has no column {plain(name, 40)!r} to use as {role}",
                        fix=f"choose --{role} from: {', '.join(map(shown_name, side.table.schema))}",
                    )
    types = after.table.schema
    return {
        name: common_type(dtype, types[name])
        for name, dtype in before.table.schema.items()
        if name in types and name not in after.keys
    }


def _align(
    before: Version, after: Version, columns: Mapping[str, pl.DataType], lengths: Sequence[str]
) -> tuple[Version, Version, Alignment]:
    """The alignment, and the versions with the values of all rows that differ in memory, and with the older
    one's `lengths`.
    """
    printed = by_fingerprints(before, after)
    if printed is not None and (sides := printed.tables(before, after, columns)):
        return replace(before, table=sides[0]), replace(after, table=sides[1]), printed.alignment
    if after.keys:
        marks = (
            before.table.marks(before.keys, columns, lengths=lengths),
            after.table.marks(after.keys, columns),
        )

        def keys_of(is_before: bool, at: pl.Series) -> pl.DataFrame:
            version = before if is_before else after
            return version.table.keys(version.keys, at)

        def in_content_order(is_before: bool, side: pl.DataFrame) -> pl.DataFrame:
            version = before if is_before else after
            content = version.table.take(side["at"], columns)
            content = content.select(
                "at",
                *(as_text(name, dtype).alias(name) for name, dtype in content.schema.items() if name != "at"),
            )
            order = content.sort(*columns, "at", nulls_last=True).select(
                "at", pl.int_range(pl.len()).alias("place")
            )
            return side.join(order, on="at", how="left").sort("split", "place", nulls_last=True).drop("place")

        alignment = by_key(*marks, keys_of, in_content_order)
    else:
        marks = (
            before.table.marks((), columns, apart=after.label, lengths=lengths),
            after.table.marks((), columns, apart=after.label),
        )
        alignment = by_content(*marks)
    counted = {name: marks[0].group_by(pl.col(length_of(name)).alias("value")).len() for name in lengths}
    tables = []
    for side, at in ((before, "at_before"), (after, "at_after")):
        keys = {name: side.table.schema[name] for name in side.keys if name not in columns}
        tables.append(side.table.holding(alignment.pairs[at].drop_nulls(), {**columns, **keys}))
    return (
        replace(before, table=replace(tables[0], lengths=counted)),
        replace(after, table=tables[1]),
        alignment,
    )


def _alone(pairs: pl.DataFrame) -> pl.DataFrame:
    added = pairs.filter(pl.col("at_before").is_null()).with_columns(change=pl.lit("added"))
    removed = pairs.filter(pl.col("at_after").is_null()).with_columns(change=pl.lit("removed"))
    return _lines(pl.concat([added, removed]))


def _moves(pairs: pl.DataFrame) -> pl.DataFrame:
    moved = pairs.filter(
        pl.col("at_before").is_not_null(),
        pl.col("at_after").is_not_null(),
        pl.col("split_before").ne_missing(pl.col("split_after")),
    )
    return _lines(
        moved.with_columns(
            change=pl.lit("moved"), field=pl.lit("split"), before="split_before", after="split_after"
        )
    )


def _edits(
    before: Version,
    after: Version,
    pairs: pl.DataFrame,
    columns: Mapping[str, pl.DataType],
    tolerance: float,
) -> pl.DataFrame:
    """A line for each field that differs in a row both sides have; the label's are relabellings."""
    both = pairs.filter(pl.col("at_before").is_not_null(), pl.col("at_after").is_not_null())
    differing = both.filter(pl.col("digest_before") != pl.col("digest_after")).select(
        "key", "was", "similarity", "at_before", "at_after"
    )
    old, new = (
        differing.select(pl.col(f"at_{when}").alias("at")).join(
            side.table.take(differing[f"at_{when}"], columns), on="at", how="left", maintain_order="left"
        )
        for side, when in ((before, "before"), (after, "after"))
    )
    lines = [_lines(differing.clear())]
    for name in columns:
        differs = old[name].ne_missing(new[name])
        if tolerance and differs.any():
            differs &= ~_close(old[name], new[name], tolerance)
        if differs.any():
            frame = differing.filter(differs).with_columns(
                change=pl.lit("relabelled" if name == after.label else "edited"),
                field=pl.lit(name),
                before=old.filter(differs).select(as_text(name, old.schema[name]).alias(name))[name],
                after=new.filter(differs).select(as_text(name, new.schema[name]).alias(name))[name],
            )
            lines.append(_lines(frame))
    return pl.concat(lines)


def _close(old: pl.Series, new: pl.Series, tolerance: float) -> pl.Series:
    """Whether two cells are numbers, or texts of numbers as a CSV has them, that differ no more than that."""
    sides = pl.DataFrame({"old": old, "new": new})
    if not all(dtype.is_numeric() or dtype == pl.String() for dtype in sides.schema.values()):
        return pl.Series([False]).new_from_index(0, len(old))
    a, b = (pl.col(name).cast(pl.Float64, strict=False) for name in ("old", "new"))
    scale = pl.max_horizontal(a.abs(), b.abs(), pl.lit(1.0))
    return sides.select(((a - b).abs() <= tolerance * scale).fill_null(False).alias("close")).to_series()


def _lines(frame: pl.DataFrame) -> pl.DataFrame:
    """`frame` in the columns of the changes table, before causes."""
    number = pl.when(pl.col("at_after").is_null()).then("at_before").otherwise("at_after").cast(pl.String)
    row, was = (pl.col(name).str.replace_all(SEPARATOR, "|", literal=True) for name in ("key", "was"))
    texts = [
        (pl.col(name) if name in frame.columns else pl.lit(None)).cast(pl.String).alias(name)
        for name in ("change", "field", "before", "after")
    ]
    return frame.select(
        texts[0],
        row.fill_null(number).alias("row"),
        *texts[1:],
        "at_before",
        "at_after",
        was,
        "similarity",
        pl.col("key").is_null().alias("unnamed"),
    )


def _sorted(changes: pl.DataFrame, keyed: bool) -> pl.DataFrame:
    kind = pl.col("change").replace_strict(
        {name: rank for rank, name in enumerate(CHANGE_KINDS)}, return_dtype=pl.UInt8
    )
    numbers = [] if keyed else [pl.coalesce("at_after", "at_before")]
    return changes.sort(kind, *numbers, "row", "field", "before", "after", nulls_last=True)
