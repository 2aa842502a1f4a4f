"""A row's whole life, for `assay why`: source, findings, edits, cluster, drop or split, predictions.

Reads only what the stages left on disk and filters each table for one id, so it is quick on a million rows.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from curate.errors import AssayError, native_errors
from curate.examples import TEXT_FIELDS
from curate.ids import CONTENT_PREFIX, private_id
from curate.project import Project
from curate.seal import key_here
from curate.splits import SPLITS
from curate.stages import DROPPING
from curate.text import mask, plain, plural
from governance.alike import of_row

# Characters of a text, and of an output beside the split that the row is in.
SHOWN, _OUTPUT_SHOWN = 400, 80


@dataclass(frozen=True)
class Event:
    """One thing that happened to a row: the stage, what it did and the evidence, fit to be shown."""

    stage: str
    what: str
    evidence: str = ""


def resolve(project: Project, row: str) -> str:
    """The full example id that `row` names: itself, or the only id that begins so.

    Raises
    ------
    AssayError
        If no id or several ids match.
    """
    tables = [project.stage("ingest") / f"{name}.parquet" for name in ("examples", "drops")]
    if not any(map(_height, tables)):
        raise AssayError("nothing has been ingested yet", fix="assay ingest   (or: dvc repro)")
    # The tables are sorted by id, so that a filter reads the row groups in which it may stand.
    if any(_holds(path, row) for path in tables):
        return row
    if key := key_here(project):
        replaced = private_id([row], key)[0]
        if any(_holds(path, replaced) for path in tables):
            return replaced
    from governance.past import look_back  # most rows are here, and git is not asked

    near = pl.concat([_beginning(path, row) for path in tables]).unique().sort()
    if len(near) and not row.startswith(CONTENT_PREFIX) and look_back(project, row, exact=True).sightings:
        return row  # "5", which is gone, and not the "50" that begins so
    if len(near) == 1:
        return str(near[0])
    if len(near) == 0:
        past = look_back(project, row)
        if past.sightings:
            return past.sightings[0].example_id
        lacking = f" ({plural(past.absent, 'old version is', 'old versions are')} not in DVC's cache)"
        raise AssayError(
            f"no row {plain(row, 60)!r} in this project or its old versions"
            + (lacking if past.absent else ""),
            fix="take an id from `assay diff`, gold/ledger.parquet or a report"
            + ("; for old versions: dvc fetch --all-commits gold" if past.absent else ""),
        )
    raise AssayError(
        f"{len(near)} rows begin with {plain(row, 60)!r}: {', '.join(near[:4])}, ...",
        fix="give more of the id",
    )


def life(project: Project, example_id: str) -> list[Event]:
    """Everything the stages recorded of `example_id`, in pipeline order; of a row that they no longer have,
    what old versions say.
    """
    events = [
        event
        for part in (
            _origin,
            _findings,
            _edits,
            _texts,
            _decided,
            _cluster,
            _alike,
            _put_right,
            _drops,
            _fate,
            _predictions,
        )
        for event in part(project, example_id)
    ]
    return events or list(_before(project, example_id))


def _before(project: Project, example_id: str) -> Iterator[Event]:
    """Oldest first: the version that last held the row, those that dropped it, and the first without it."""
    from governance.past import look_back

    past = look_back(project, example_id, exact=True)
    for sighting in reversed(past.sightings):
        if sighting.drop is None:
            yield Event("publish", f"in gold/{sighting.split}.parquet of {sighting.version}")
        else:
            stage, reason, evidence = sighting.drop
            yield Event(stage, f"dropped: {reason} in {sighting.version}", plain(evidence))
    if past.without:
        yield Event("ingest", f"not in {past.without} nor in the work tree", "gone from source")
    elif past.sightings:
        yield Event("ingest", "not in the work tree", "gone from source")


def _height(path: Path) -> int:
    """How many rows a table has.

    Raises
    ------
    AssayError
        If it cannot be read.
    """
    if not path.exists():
        return 0
    with native_errors(f"{path} is not a readable Parquet file", "dvc repro"):
        return int(pl.scan_parquet(path).select(pl.len()).collect().item())


def _beginning(path: Path, start: str) -> pl.Series:
    """The ids of a table that begin with `start`."""
    if not path.exists():
        return pl.Series("example_id", [], dtype=pl.String)
    here = pl.col("example_id").is_between(pl.lit(start), pl.lit(start + chr(0x10FFFF)))
    table = pl.scan_parquet(path).filter(here & pl.col("example_id").str.starts_with(start))
    return table.select("example_id").collect()["example_id"]


def _holds(path: Path, example_id: str) -> bool:
    return _rows(path, example_id, of=("example_id",)).height > 0


def _rows(
    path: Path, example_id: str, column: str = "example_id", of: Sequence[str] | None = None
) -> pl.DataFrame:
    """The rows of a table about an id, in all or some columns; without a column where there is no table."""
    if not path.exists():
        return pl.DataFrame()
    rows = pl.scan_parquet(path).filter(pl.col(column) == example_id)
    return (rows if of is None else rows.select(of)).collect()


def _origin(project: Project, example_id: str) -> Iterator[Event]:
    for row in _rows(project.stage("ingest") / "examples.parquet", example_id).iter_rows(named=True):
        facts = [
            f"{name} {row[name]}"
            for name in ("source", "language", "collected_at", "licence", "lawful_basis")
            if row[name]
        ]
        kind = "external held-out row" if row["held_out"] else "data row"
        yield Event("ingest", f"{kind}, {len(row['input']):,} characters", ", ".join(facts))


def _findings(project: Project, example_id: str) -> Iterator[Event]:
    findings = _rows(project.stage("scan") / "findings.parquet", example_id)
    if not findings.height:
        return
    texts = _rows(project.stage("ingest") / "examples.parquet", example_id).row(0, named=True)
    for row in findings.sort("field", "start").iter_rows(named=True):
        value = mask((texts[row["field"]] or "")[row["start"] : row["end"]])
        yield Event(
            "scan",
            f"{row['entity']} in {row['field']}: {value}",
            f"score {row['score']:.2f} by {row['detector']}" + (", verified" if row["verified"] else ""),
        )


def _edits(project: Project, example_id: str) -> Iterator[Event]:
    edits = _rows(project.stage("redact") / "edits.parquet", example_id)
    if edits.height:
        for entity, action, field, count in (
            edits.group_by("entity", "action", "field").len().sort("entity", "action", "field").iter_rows()
        ):
            yield Event("redact", f"{entity} in {field}: {action}", f"{count} time{'s' * (count > 1)}")


def _put_right(project: Project, example_id: str) -> Iterator[Event]:
    for edit in _rows(project.stage("validate") / "edits.parquet", example_id).iter_rows(named=True):
        places = f"{edit['places']:,} place{'s' * (edit['places'] > 1)}"
        yield Event("validate", f"{edit['field']} put right: {edit['rule']}", places)


def _texts(project: Project, example_id: str) -> Iterator[Event]:
    """What the row says after redaction; what policy keeps in it is masked here all the same."""
    for row in _rows(project.stage("redact") / "examples.parquet", example_id).iter_rows(named=True):
        from curate.diff.show.privacy import masks

        said = {field: row[field] for field in TEXT_FIELDS if row[field]}
        hidden = masks([], named=said.values())
        for field, text in said.items():
            yield Event("redact", f"{field}: {plain(hidden.get(text, text), SHOWN)}")


_STATES = {
    "in_force": "",
    "stale": ", not carried out: its text has changed since",
    "refused": ", not carried out: it brings personal data",
}


def _decided(project: Project, example_id: str) -> Iterator[Event]:
    """What people said of the row, all of it, and what became of the last word."""
    from curate.verdicts.journal import read_rows, row_digest

    said_of_rows = read_rows(project.root)
    key = key_here(project) if said_of_rows else None
    if key is None:
        return
    name = row_digest(key, example_id)
    lines = [line for line in said_of_rows if line.row == name]
    table = _rows(project.stage("redact") / "verdicts.parquet", example_id)
    states = dict(table.select("verdict", "state").iter_rows()) if table.height else {}
    for at, line in enumerate(lines):
        fields = ", ".join(sorted(line.changes))
        what = f"verdict: {line.verdict}" + (f" ({fields})" if line.verdict == "edit" else "")
        if line.verdict == "relabel":
            what += f" to {plain(line.changes['output'], 60)}"
        if at == len(lines) - 1:
            waits = bool(states) if line.verdict == "unsure" else line.verdict not in states
            what += ", not yet carried out" if waits else _STATES.get(states.get(line.verdict, ""), "")
            what += ", disputed" if table.height and table["disputed"][0] else ""
            if line.verdict == "keep" and states.get("keep") == "in_force":
                what += _nothing_lifts(project, example_id)
        said = f"by {plain(line.reviewer, 60)} on {line.date[:10]}"
        yield Event("dedup", what, said + (f": {plain(line.reason, 120)}" if line.reason else ""))


def _nothing_lifts(project: Project, example_id: str) -> str:
    """What a verdict to keep does nothing against; empty where it holds the row."""
    drops = [_rows(project.stage(stage) / "drops.parquet", example_id) for stage in ("dedup", "validate")]
    reasons = [reason for table in drops if table.height for reason in table["reason"]]
    if not reasons:
        return ""
    from governance.triage.without_effect import UNLIFTED

    unlifted = sorted(UNLIFTED.intersection(reasons))
    return f", without effect: no verdict lifts {', '.join(unlifted)}" if unlifted else ""


def _cluster(project: Project, example_id: str) -> Iterator[Event]:
    path = project.stage("dedup") / "clusters.parquet"
    mine = _rows(path, example_id)
    if mine.height:
        cluster = mine["cluster"][0]
        rows = _rows(path, cluster, "cluster", ("example_id",))
        others = rows.filter(pl.col("example_id") != example_id).sort("example_id")
        if others.height:
            yield Event(
                "dedup",
                f"in a cluster of {others.height + 1}",
                f"with {', '.join(others['example_id'][:5])}" + (", ..." if others.height > 5 else ""),
            )


def _alike(project: Project, example_id: str) -> Iterator[Event]:
    for what, evidence in of_row(project, example_id):
        yield Event("dedup", what, evidence)


def _drops(project: Project, example_id: str) -> Iterator[Event]:
    for stage in DROPPING:
        for row in _rows(project.stage(stage) / "drops.parquet", example_id).iter_rows(named=True):
            parts = [plain(row["evidence"] or "")] + (
                [f"kept twin {row['kept_id']}"] if row["kept_id"] else []
            )
            score = f"score {row['score']:.3f}" if row["score"] is not None else ""
            where = _where(project, example_id) if stage == "ingest" else ""
            yield Event(
                stage, f"dropped: {row['reason']}", ", ".join(part for part in [*parts, score, where] if part)
            )


def _where(project: Project, example_id: str) -> str:
    """The file and line at which a row stood that ingest dropped, where the last run on this machine says."""
    from curate.ingest.stage import REJECTS_FILE

    for rejected in _rows(project.root / REJECTS_FILE, example_id).iter_rows(named=True):
        return f"{plain(rejected['file'], 120)} {rejected['unit']} {rejected['line']}"
    return ""


def _fate(project: Project, example_id: str) -> Iterator[Event]:
    for split in SPLITS:
        rows = _rows(project.gold / f"{split}.parquet", example_id)
        for row in rows.iter_rows(named=True):
            output = plain(row["output"] or "", _OUTPUT_SHOWN)
            yield Event("publish", f"in gold/{split}.parquet", f"output: {output}")
            yield from _changed(project, example_id, row)


def _changed(project: Project, example_id: str, gold: Mapping[str, Any]) -> Iterator[Event]:
    """The texts in gold that are not as redaction left them (edited by a person, put right by a rule), masked
    as those are. An output that fits beside the split is not told twice.
    """
    from curate.diff.show.privacy import masks

    redacted = _rows(project.stage("redact") / "examples.parquet", example_id)
    before = redacted.row(0, named=True) if redacted.height else {}
    texts = {name: gold[name] for name in TEXT_FIELDS if gold.get(name) and gold[name] != before.get(name)}
    hidden = masks([], named=texts.values())
    for name, text in texts.items():
        if name != "output" or len(text) > _OUTPUT_SHOWN:
            yield Event("publish", f"{name} in gold: {plain(hidden.get(text, text), SHOWN)}")


def _predictions(project: Project, example_id: str) -> Iterator[Event]:
    predictions = _rows(project.reports / "evaluation" / "predictions.parquet", example_id)
    for row in predictions.iter_rows(named=True):
        # What is written or ranked has no probability.
        sure = "" if row["confidence"] is None else f" at {row['confidence']:.2f}"
        yield Event(
            "evaluate",
            f"{row['system']}: {'right' if row['correct'] else 'wrong'}",
            f"said {plain(str(row['predicted']), 60)}{sure}",
        )
    for row in _rows(project.reports / "evaluation" / "label_suspects.parquet", example_id).iter_rows(
        named=True
    ):
        if row["flagged"]:
            yield Event(
                "evaluate",
                "label looks wrong",
                f"given {plain(row['given'], 60)}, suggested {plain(row['suggested'], 60)}, score "
                f"{row['score']:.3f}",
            )
