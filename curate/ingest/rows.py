"""From a file's raw fields to rows that are examples, or say why not: what `ingest` does to each row by
itself.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import polars as pl

from curate.errors import AssayError
from curate.examples import ledger
from curate.ingest.columns import Mapped, canonical_outputs, shown_path
from curate.ingest.identify import unreadable_ids
from curate.ingest.normalise import STEPS, normalise
from curate.ingest.params import IngestParams
from curate.ingest.personal import json_keys
from curate.ingest.refused import with_suppressed
from curate.keys import Key
from curate.read import Records
from curate.read.shards import base_of
from curate.suppress import REASON, Suppressed
from curate.task import Kind, TaskCard
from curate.text import mask, plain

STAGE = "ingest"
MAX_SOURCES = 20

_TEXTS = ("input", "output", "rejected")
_ID_PARTS = ("id", "group", "subject", "source", "language", "collected_at")


@dataclass(frozen=True)
class Raw:
    """One file, read: its path as configured, the source of its rows, and which side it is on."""

    path: str
    source: str | None
    held_out: bool
    records: Records


def raw_fields(
    raw: Raw, found: Mapped, number: int, params: IngestParams, card: TaskCard, suppressed: Suppressed | None
) -> tuple[pl.DataFrame, dict[str, int]]:
    """The normalised fields of a file's rows, with what the file and the card say where a row says nothing,
    and how many values each step of normalisation changed.

    Parameters
    ----------
    number
        Of the file, for `file_number`.
    """
    located = _located(raw, found, params, card).with_columns(pl.lit(number).alias("file_number"))
    counts = dict.fromkeys(STEPS, 0)
    rows = located
    for name in (*_TEXTS, *_ID_PARTS):
        clean, changed = normalise(located[name])
        rows = rows.with_columns(pl.when(clean != "").then(clean).alias(name))
        if name in _TEXTS:
            counts = {step: counts[step] + changed[step] for step in STEPS}
    rows = rows.with_columns(
        pl.col("output").fill_null(pl.lit(params.defaults.output, dtype=pl.String)),
        pl.col("language")
        .str.replace(r"[-_].*$", "")
        .str.to_lowercase()
        .fill_null(pl.lit(params.defaults.language, dtype=pl.String)),
    )
    rows = rows.with_columns(pl.lit(False).alias("twice"))
    if card.kind == Kind.EXTRACTION:
        outputs, twice = canonical_outputs(rows["output"])
        rows = rows.with_columns(outputs, twice.alias("twice"))
    return with_suppressed(rows, {number: raw.records.frame}, suppressed), counts


def _located(raw: Raw, found: Mapped, params: IngestParams, card: TaskCard) -> pl.DataFrame:
    """The raw fields with the file's source where a row names none, and where each row stood."""
    only = next(iter(card.sources)) if len(card.sources) == 1 else None
    source = raw.source or params.defaults.source or only
    return found.frame.with_columns(
        pl.col("source").fill_null(pl.lit(source, dtype=pl.String)),
        pl.lit(raw.held_out).alias("held_out"),
        pl.lit(raw.records.unit).alias("unit"),
        *raw.records.where(raw.records.lines.gather(found.frame["record"]), shown(raw)),
    )


def shown(raw: Raw) -> str:
    """The path below which a row's file lies, as outputs may show it."""
    return shown_path(base_of(raw.path) if raw.records.shards else raw.path)


def names_of(rows: pl.DataFrame, card: TaskCard, params: IngestParams) -> dict[str, tuple[str, pl.Series]]:
    """What stands in the task card, gold and reports as a name: what it is -> its column and its values."""
    named = {"source": ("source", rows["source"]), "language": ("language", rows["language"])}
    if card.kind == Kind.CLASSIFICATION:
        output = params.columns.output
        named["label"] = (output if isinstance(output, str) else "label", rows["output"])
    elif card.kind == Kind.EXTRACTION:
        named["key of the JSON outputs"] = ("", json_keys(rows["output"]))
    return named


def of_no_source(rows: pl.DataFrame, card: TaskCard) -> pl.DataFrame:
    """Those of `rows` that have no source, or one that the task card does not name."""
    return rows.filter(~pl.col("source").is_in(list(card.sources)) | pl.col("source").is_null())


def refuse_sources(unknown: pl.DataFrame, card: TaskCard) -> None:
    """Fail if there are rows of no known source.

    Raises
    ------
    AssayError
        Naming the first of them.
    """
    named = ", ".join(card.sources) or "none"
    if unknown.height:
        first = unknown.sort("file", "line").row(0, named=True)
        # A column of many values is not a column of sources, and its values may be anyone's.
        show = (
            plain if unknown["source"].n_unique() <= MAX_SOURCES else lambda value, limit: mask(value[:limit])
        )
        what = (
            "no source"
            if first["source"] is None
            else f"source {show(first['source'], 40)!r}, which the task card does not name"
        )
        raise AssayError(
            f"{unknown.height:,} rows have {what} (first: {first['file']} {first['unit']} "
            f"{first['line']}); the card's sources are: {named}",
            fix="describe it under `sources` in task.yaml, or correct `source` under `ingest.files` or "
            "`ingest.defaults` in params.yaml",
        )


def sourced(rows: pl.DataFrame, card: TaskCard) -> pl.DataFrame:
    """`rows` with licence and lawful basis of each one's source, which the card names."""
    return rows.with_columns(
        pl.col("source")
        .replace_strict(
            {name: source.licence for name, source in card.sources.items()}, return_dtype=pl.String
        )
        .alias("licence"),
        pl.col("source")
        .replace_strict(
            {name: source.lawful_basis for name, source in card.sources.items()}, return_dtype=pl.String
        )
        .alias("lawful_basis"),
    )


def judged(rows: pl.DataFrame, kind: Kind, declared: bool) -> pl.DataFrame:
    """`rows` with `reason`, why each cannot be an example (null: it is one), and its `evidence`."""
    return rows.with_columns(_reason(kind, declared).alias("reason")).with_columns(
        pl.when(pl.col("reason") == "duplicate_key")
        .then(pl.col("evidence").fill_null("an object names a key twice"))
        .when(pl.col("reason") == REASON)
        .then(pl.format("known by {}", "suppressed"))
        .otherwise(pl.col("evidence"))
        .fill_null("")
        .alias("evidence")
    )


def _reason(kind: Kind, declared: bool) -> pl.Expr:
    """Why a row cannot be an example, or null."""
    checks = [
        (pl.col("suppressed").is_not_null(), REASON),
        (pl.lit(declared) & pl.col("id").is_null(), "missing_id"),
        (pl.col("reason").is_not_null(), pl.col("reason")),
        (pl.col("input").is_null(), "empty_input"),
        (pl.col("output").is_null(), "missing_output"),
        (pl.col("twice"), "duplicate_key"),
        (pl.lit(kind == Kind.PREFERENCE) & pl.col("rejected").is_null(), "missing_rejected"),
    ]
    codes = [code if isinstance(code, pl.Expr) else pl.lit(code) for _, code in checks]
    return pl.coalesce(pl.when(fault).then(code) for (fault, _), code in zip(checks, codes, strict=True))


def rejects_of(raw: Raw) -> pl.DataFrame:
    """The rows of a file that could not be read: `file, unit, line, reason, raw`."""
    rejects = raw.records.rejects
    return rejects.select(
        *raw.records.where(rejects["line"], shown(raw)),
        pl.lit(raw.records.unit).alias("unit"),
        "reason",
        "raw",
    ).select("file", "unit", "line", "reason", "raw")


def with_unreadable_ids(rejects: Iterable[pl.DataFrame], key: Key) -> pl.DataFrame:
    """Rows that could not be read (from `rejects_of`), with ids, in an order that does not follow the
    files'.
    """
    unreadable = pl.concat(rejects).sort("raw", "reason", "file", "line")
    return unreadable.with_columns(
        pl.Series("example_id", unreadable_ids(unreadable["raw"].to_list(), key), dtype=pl.String)
    )


def ledger_of(unreadable: pl.DataFrame, faulty: pl.DataFrame) -> pl.DataFrame:
    """The ledger rows of what cannot be an example."""
    return pl.concat(
        [
            ledger(unreadable, STAGE, "unreadable", pl.col("reason")),
            ledger(faulty, STAGE, pl.col("reason"), pl.col("evidence")),
        ]
    )


def refuse_nothing_left(dropped: pl.DataFrame) -> AssayError:
    """The error of a run after which there is nothing to learn from."""
    reasons = ", ".join(
        f"{reason} {count:,}" for reason, count in dropped.group_by("reason").len().sort("reason").iter_rows()
    )
    return AssayError(
        f"no row is left after reading: {reasons}",
        fix="check `ingest.columns` in params.yaml against the file's columns",
    )
