"""`ingest`: raw files in any layout to the one Examples table, with a reason for every row that does not get
there.

Cost: linear; a million rows of 300 characters take 35 s and 1.5 GB on two busy cores. Bytes of the output do
not follow the order of the rows: line numbers, which do, go to `.assay/rejects.parquet`, beside the project
and not into it. Deliberately not done here: judging content (`validate`), finding personal data (`scan`),
changing case or wording (never).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import polars as pl

from curate.errors import AssayError
from curate.examples import EXAMPLES, conform, ledger
from curate.files import write_parquet
from curate.ingest.columns import Mapped, canonical_outputs, map_columns, shown_path
from curate.ingest.identify import identified, unreadable_ids
from curate.ingest.normalise import STEPS, normalise
from curate.ingest.params import IngestParams
from curate.ingest.personal import Personal, check_names, json_keys, private_ids
from curate.ingest.raw import remember
from curate.ingest.refused import with_suppressed
from curate.keys import Key
from curate.outside import inside
from curate.project import Project
from curate.provenance import begin
from curate.read import Records, read_records, shown_name
from curate.read.address import is_remote
from curate.read.dialect import delimiter_sign
from curate.read.shards import base_of, files_of
from curate.stage import Progress, StageResult, write_stage
from curate.suppress import REASON, Suppressed
from curate.suppress import suppressed as all_suppressed
from curate.task import Kind, TaskCard
from curate.text import mask, plain

STAGE = "ingest"
# Where each dropped row stood; follows the row order, so it is not part of the stage's output.
REJECTS_FILE = ".assay/rejects.parquet"

MAX_SOURCES = 20

_ID_PARTS = ("id", "group", "subject", "source", "language", "collected_at")


@dataclass(frozen=True)
class Raw:
    """One file, read: its path as configured, the source of its rows, and which side it is on."""

    path: str
    source: str | None
    held_out: bool
    records: Records


@dataclass(frozen=True)
class Ingested:
    """The stage's result, the ids of all rows that came in, and where each dropped row stood."""

    result: StageResult
    input_ids: pl.Series
    places: pl.DataFrame


def ingest(
    files: Sequence[Raw],
    params: IngestParams,
    card: TaskCard,
    key: Key,
    suppressed: Suppressed | None = None,
) -> Ingested:
    """Examples from raw records.

    Parameters
    ----------
    files
        What `read_records` gave for each file.
    suppressed
        Who must not come in; None: nobody is suppressed.

    Returns
    -------
    Ingested
        Ledger reasons: `unreadable` (evidence: the reader's code), `suppressed`, `missing_id`, those of an
        `Unusable` row (`docs/formats.md` lists them), `empty_input`, `missing_output`, `duplicate_key`,
        `missing_rejected`; the first that holds.

    Raises
    ------
    AssayError
        If columns are missing, keys repeat, a source is not on the task card, or no row is left.
    """
    headers = [name for raw in files for name in raw.records.frame.columns]
    found = check_names({"column": ("", pl.Series(headers, dtype=pl.String))}, params.personal_names)
    mapped = [(raw, map_columns(raw.records, params, card.kind, shown_path(raw.path))) for raw in files]
    raw_rows = pl.concat(
        [
            _located(raw, found, params, card).with_columns(pl.lit(number).alias("file_number"))
            for number, (raw, found) in enumerate(mapped)
        ]
    )
    texts = ["input", "output", "rejected"]
    counts = dict.fromkeys(STEPS, 0)
    rows = raw_rows
    for name in (*texts, *_ID_PARTS):
        clean, changed = normalise(raw_rows[name])
        rows = rows.with_columns(pl.when(clean != "").then(clean).alias(name))
        if name in texts:
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
    declared = params.columns.id is not None
    rows = with_suppressed(rows, [raw.records.frame for raw in files], suppressed)
    found += check_names(_names(rows, card, params), params.personal_names)
    rows = _sourced(rows, card)
    mapping = pl.DataFrame()
    if declared:
        rows, mapping, of_ids = private_ids(rows, key, params.columns.id or "", params.personal_ids)
        found += [of_ids] if of_ids else []
        rows = rows.with_columns(pl.coalesce("suppressed_id", "id").alias("id"))
    rows = identified(rows, key, declared=declared, on_duplicate=params.on_duplicate_id)
    rows = rows.with_columns(_reason(card.kind, declared).alias("reason")).with_columns(
        pl.when(pl.col("reason") == "duplicate_key")
        .then(pl.col("evidence").fill_null("an object names a key twice"))
        .when(pl.col("reason") == REASON)
        .then(pl.format("known by {}", "suppressed"))
        .otherwise(pl.col("evidence"))
        .fill_null("")
        .alias("evidence")
    )

    unreadable = _unreadable(files, key)
    faulty = rows.filter(pl.col("reason").is_not_null())
    kept = conform(rows.filter(pl.col("reason").is_null()), EXAMPLES).sort("example_id")
    dropped = pl.concat(
        [
            ledger(unreadable, STAGE, "unreadable", pl.col("reason")),
            ledger(faulty, STAGE, pl.col("reason"), pl.col("evidence")),
        ]
    )
    if kept.filter(~pl.col("held_out")).height == 0:
        reasons = ", ".join(
            f"{reason} {count:,}"
            for reason, count in dropped.group_by("reason").len().sort("reason").iter_rows()
        )
        raise AssayError(
            f"no row is left after reading: {reasons}",
            fix="check `ingest.columns` in params.yaml against the file's columns",
        )
    places = pl.concat(
        [frame.select("file", "unit", "line", "reason", "example_id") for frame in (unreadable, faulty)]
    ).sort("file", "line", "reason")
    report = _report(mapped, kept, counts, params)
    if found:
        report["personal"] = [asdict(one) for one in found]
    return Ingested(
        StageResult(STAGE, kept, dropped, report, {"ids": mapping} if mapping.height else {}),
        pl.concat([rows["example_id"], unreadable["example_id"]]),
        places,
    )


def _names(rows: pl.DataFrame, card: TaskCard, params: IngestParams) -> dict[str, tuple[str, pl.Series]]:
    """What stands in the task card, gold and reports as a name: what it is -> its column and its values."""
    named = {"source": ("source", rows["source"]), "language": ("language", rows["language"])}
    if card.kind == Kind.CLASSIFICATION:
        output = params.columns.output
        named["label"] = (output if isinstance(output, str) else "label", rows["output"])
    elif card.kind == Kind.EXTRACTION:
        named["key of the JSON outputs"] = ("", json_keys(rows["output"]))
    return named


def run(project: Project, progress: Progress | None = None) -> dict[str, Any]:
    """Run the stage on a project: read the files of `params.yaml`, write `data/ingest`."""
    params, card = project.params(STAGE, IngestParams), project.task
    made_from = begin(project, STAGE)
    wanted = [(one.path, one.source, one.format, False) for one in params.raw_files()]
    if card.held_out is not None:
        wanted.append((card.held_out.path, card.held_out.source, "auto", True))
    files = []
    sign = None if params.delimiter is None else delimiter_sign(params.delimiter)
    for done, (path, source, format, held_out) in enumerate(wanted):
        if progress:
            progress(done, len(wanted) + 1)
        by = "held_out.path of task.yaml" if held_out else "an ingest path of params.yaml"
        place = path if is_remote(path) else _inside(project, path, by)
        records = read_records(place, format=format, encoding=params.encoding, delimiter=sign)
        files.append(Raw(path, source, held_out, records))
    if progress:
        progress(len(wanted), len(wanted) + 1)
    result = ingest(files, params, card, project.key, all_suppressed(project))
    places = project.root / REJECTS_FILE
    places.parent.mkdir(exist_ok=True)
    write_parquet(result.places, places)
    report = write_stage(result.result, result.input_ids, project.stage(STAGE), made_from, params.max_dropped)
    remember(project, report)
    funnel = report["funnel"]
    summary = f"{funnel['in']:,} in, {funnel['kept']:,} kept, {funnel['dropped']:,} dropped"
    if funnel["dropped"]:
        summary += (
            f" ({', '.join(f'{code} {rows:,}' for code, rows in funnel['reasons'].items())}; "
            f"their line numbers: {REJECTS_FILE})"
        )
    said = "; ".join(
        f"{one} look like personal data" + " and are replaced by keyed digests" * (one.what == "id")
        for one in (Personal(**entry) for entry in report.get("personal", []))
    )
    return {**report, "summary": summary + _how_read(report["files"]) + (f"; {said}" if said else "")}


# Unused columns named on the stage's line.
_NAMED = 20


def _how_read(files: list[dict[str, Any]]) -> str:
    """How the files were read, and which columns were not, for the stage's line."""
    ways = list(dict.fromkeys(one["read_as"] for one in files))
    unused = list(dict.fromkeys(name for one in files for name in one["unused_columns"]))
    named = ", ".join(unused[:_NAMED]) + (
        f" and {len(unused) - _NAMED:,} more" if len(unused) > _NAMED else ""
    )
    return f"; read as {'; '.join(ways)}" + (f"; columns not used: {named}" if unused else "")


def _located(raw: Raw, found: Mapped, params: IngestParams, card: TaskCard) -> pl.DataFrame:
    """The raw fields with the file's source where a row names none, and where each row stood."""
    only = next(iter(card.sources)) if len(card.sources) == 1 else None
    source = raw.source or params.defaults.source or only
    return found.frame.with_columns(
        pl.col("source").fill_null(pl.lit(source, dtype=pl.String)),
        pl.lit(raw.held_out).alias("held_out"),
        pl.lit(raw.records.unit).alias("unit"),
        *raw.records.where(raw.records.lines.gather(found.frame["record"]), _shown(raw)),
    )


def _shown(raw: Raw) -> str:
    """The path below which a row's file lies, as outputs may show it."""
    return shown_path(base_of(raw.path) if raw.records.shards else raw.path)


def _inside(project: Project, path: str, by: str) -> Path:
    """Where `path` lies: in the project, with every file that it means."""
    place = inside(project.root, path, by=by)
    for one in files_of(place).values() if not place.is_file() else ():
        inside(project.root, one, by=f"{plain(one.name, 80)}, of {by},")
    return place


def _sourced(rows: pl.DataFrame, card: TaskCard) -> pl.DataFrame:
    """Licence and lawful basis of each row's source.

    Raises
    ------
    AssayError
        If a row has no source, or one that the task card does not name.
    """
    named = ", ".join(card.sources) or "none"
    unknown = rows.filter(~pl.col("source").is_in(list(card.sources)) | pl.col("source").is_null())
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


def _unreadable(files: Sequence[Raw], key: Key) -> pl.DataFrame:
    """Rows that could not be read, with ids, in an order that does not follow the files'."""
    parts = [
        raw.records.rejects.select(
            *raw.records.where(raw.records.rejects["line"], _shown(raw)),
            pl.lit(raw.records.unit).alias("unit"),
            "reason",
            "raw",
        ).select("file", "unit", "line", "reason", "raw")
        for raw in files
    ]
    unreadable = pl.concat(parts).sort("raw", "reason", "file", "line")
    return unreadable.with_columns(
        pl.Series("example_id", unreadable_ids(unreadable["raw"].to_list(), key), dtype=pl.String)
    )


def _report(
    mapped: list[tuple[Raw, Mapped]], kept: pl.DataFrame, counts: dict[str, int], params: IngestParams
) -> dict[str, Any]:
    def by(column: str) -> dict[str, int]:
        return dict(kept.group_by(pl.col(column).fill_null("unknown")).len().sort(column).iter_rows())

    files = [
        {
            "path": shown_path(raw.path),
            "held_out": raw.held_out,
            "rows": raw.records.frame.height,
            "unreadable": raw.records.rejects.height,
            "examples": found.frame.height,
            "layout": found.reading.layout,
            "read_as": found.reading.said(),
            "looks_like": found.reading.overlooked,
            "columns": dict(sorted(found.used.items())),
            "unused_columns": sorted(shown_name(name) for name in found.unused),
        }
        for raw, found in mapped
    ]
    return {
        "files": sorted(files, key=lambda one: (bool(one["held_out"]), str(one["path"]))),
        "ids": "declared" if params.columns.id else "content",
        "normalised": counts,
        "languages": by("language"),
        "sources": by("source"),
        "held_out": int(kept["held_out"].sum()),
    }
