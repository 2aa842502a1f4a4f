"""`ingest`: raw files in any layout to the one Examples table, with a reason for every row that does not get
there.

Cost: linear. On engine `local` the files are in memory, on the others they are read some rows at a time where
they can be (`curate.ingest.partitioned`). Bytes of the output do
not follow the order of the rows: line numbers, which do, go to `.assay/rejects.parquet`, beside the project
and not into it. Deliberately not done here: judging content (`validate`), finding personal data (`scan`),
changing case or wording (never).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import polars as pl

from curate.engine import current
from curate.examples import EXAMPLES, conform
from curate.files import write_parquet
from curate.ingest.columns import map_columns, shown_path
from curate.ingest.identify import identified
from curate.ingest.params import IngestParams
from curate.ingest.partitioned import Ingested, NotInParts, Wanted, ingest_parts
from curate.ingest.personal import Personal, check_names, private_ids
from curate.ingest.raw import remember
from curate.ingest.rows import (
    STAGE,
    Raw,
    judged,
    ledger_of,
    names_of,
    of_no_source,
    raw_fields,
    refuse_nothing_left,
    refuse_sources,
    rejects_of,
    sourced,
    with_unreadable_ids,
)
from curate.ingest.told import file_facts, places_of, report_of, tally_of
from curate.keys import Key
from curate.outside import inside
from curate.project import Project
from curate.provenance import begin
from curate.read import read_records
from curate.read.address import is_remote
from curate.read.dialect import delimiter_sign
from curate.read.shards import files_of
from curate.stage import Progress, StageResult, write_stage
from curate.suppress import Suppressed
from curate.suppress import suppressed as all_suppressed
from curate.task import TaskCard
from curate.text import plain

# Where each dropped row stood; follows the row order, so it is not part of the stage's output.
REJECTS_FILE = ".assay/rejects.parquet"


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
    read = [
        raw_fields(raw, one, number, params, card, suppressed) for number, (raw, one) in enumerate(mapped)
    ]
    rows = pl.concat([one for one, _ in read])
    declared = params.columns.id is not None
    found += check_names(names_of(rows, card, params), params.personal_names)
    refuse_sources(of_no_source(rows, card), card)
    rows = sourced(rows, card)
    mapping = pl.DataFrame()
    if declared:
        rows, mapping, of_ids = private_ids(rows, key, params.columns.id or "", params.personal_ids)
        found += [of_ids] if of_ids else []
        rows = rows.with_columns(pl.coalesce("suppressed_id", "id").alias("id"))
    rows = identified(rows, key, declared=declared, on_duplicate=params.on_duplicate_id)
    rows = judged(rows, card.kind, declared)

    unreadable = with_unreadable_ids([rejects_of(raw) for raw in files], key)
    faulty = rows.filter(pl.col("reason").is_not_null())
    kept = conform(rows.filter(pl.col("reason").is_null()), EXAMPLES).sort("example_id")
    dropped = ledger_of(unreadable, faulty)
    if kept.filter(~pl.col("held_out")).height == 0:
        raise refuse_nothing_left(dropped)
    facts = [file_facts(raw, one) for raw, one in mapped]
    report = report_of(facts, tally_of(kept), [counts for _, counts in read], params)
    if found:
        report["personal"] = [asdict(one) for one in found]
    return Ingested(
        StageResult(STAGE, kept, dropped, report, {"ids": mapping} if mapping.height else {}),
        pl.concat([rows["example_id"], unreadable["example_id"]]),
        places_of(unreadable, faulty),
    )


def run(project: Project, progress: Progress | None = None) -> dict[str, Any]:
    """Run the stage on a project: read the files of `params.yaml`, write `data/ingest`."""
    params, card = project.params(STAGE, IngestParams), project.task
    made_from = begin(project, STAGE)
    wanted = [Wanted(one.path, one.source, one.format, False) for one in params.raw_files()]
    if card.held_out is not None:
        wanted.append(Wanted(card.held_out.path, card.held_out.source, "auto", True))
    wanted = [replace(one, place=_place(project, one)) for one in wanted]
    suppressed, why = all_suppressed(project), ""
    if current().name == "local":
        result = _whole(wanted, params, card, project.key, suppressed, progress)
    else:
        try:
            result = ingest_parts(wanted, params, card, project.key, suppressed, progress)
        except NotInParts as reason:
            why = f"; read whole: {reason}"
            result = _whole(wanted, params, card, project.key, suppressed, progress)
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
    return {**report, "summary": summary + _how_read(report["files"]) + (f"; {said}" if said else "") + why}


def _place(project: Project, one: Wanted) -> Path | str:
    """Where a raw file lies."""
    by = "held_out.path of task.yaml" if one.held_out else "an ingest path of params.yaml"
    return one.path if is_remote(one.path) else _inside(project, one.path, by)


def _whole(
    wanted: Sequence[Wanted],
    params: IngestParams,
    card: TaskCard,
    key: Key,
    suppressed: Suppressed | None,
    progress: Progress | None,
) -> Ingested:
    """`ingest` of files that are read whole."""
    files = []
    sign = None if params.delimiter is None else delimiter_sign(params.delimiter)
    for done, one in enumerate(wanted):
        if progress:
            progress(done, len(wanted) + 1)
        records = read_records(one.place, format=one.format, encoding=params.encoding, delimiter=sign)
        files.append(Raw(one.path, one.source, one.held_out, records))
    if progress:
        progress(len(wanted), len(wanted) + 1)
    return ingest(files, params, card, key, suppressed)


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


def _inside(project: Project, path: str, by: str) -> Path:
    """Where `path` lies: in the project, with every file that it means."""
    place = inside(project.root, path, by=by)
    for one in files_of(place).values() if not place.is_file() else ():
        inside(project.root, one, by=f"{plain(one.name, 80)}, of {by},")
    return place
