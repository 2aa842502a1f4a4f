"""Stage `publish`: `gold/`, one folder that alone explains every row.

Rows by split; `fingerprints` to compare versions without text; `ledger` with every dropped row's reasons;
`edits` with every redaction; `verdicts` with every row that a person decided on, where there is one;
`manifest.json`; and `README.md`, the dataset card. Drops nothing: every example has exactly one split. A
table above `publish.shard_mb` is a folder of parts (`curate.shards`).

Everything but ledger, edits and verdicts goes by stretches of ids on the engine in use; what it writes does
not follow the engine, nor does the content digest follow the parts.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from curate.digests import FIELD, SHA256, sha256_of
from curate.engine import Engine, Part, current
from curate.engine.local import InMemory, Local
from curate.errors import GateFailed
from curate.examples import EDITS, LEDGER, TEXT_FIELDS
from curate.files import dump_json, replacing_folder
from curate.keys import Key
from curate.pii.redact.closed import Closed
from curate.project import Project
from curate.provenance import begin
from curate.publish.card import dataset_card
from curate.publish.counts import COUNTED, Counting, Counts, counted
from curate.publish.digest import content_of, content_of_parts
from curate.publish.manifest import MANIFEST, SEALED, build_manifest, effective_params
from curate.publish.params import PublishParams
from curate.publish.parts import write_parts
from curate.publish.rows import published_rows
from curate.publish.targets import Untrue, check_targets, untrue_targets
from curate.publish.upstream import (
    Stretch,
    Upstream,
    Wrong,
    check_tables,
    check_upstream,
    faults,
    read_table,
    refuse,
    stretches,
)
from curate.seal import seal
from curate.shards import folder_files
from curate.splits import SPLITS
from curate.stage import Progress
from curate.stages import DROPPING
from curate.task import Kind, TaskCard
from curate.verdicts.table import VERDICTS


@dataclass(frozen=True)
class Published:
    """A version before it is written: frames and documents of `gold/`."""

    splits: Mapping[str, pl.DataFrame]
    fingerprints: pl.DataFrame
    ledger: pl.DataFrame
    edits: pl.DataFrame
    verdicts: pl.DataFrame
    manifest: dict[str, Any]
    card: str


def untrue(upstream: Upstream, task: TaskCard, redaction: Mapping[str, Any]) -> Untrue:
    """The rows whose targets curation made untrue."""
    rewritten = upstream.verdicts.filter(pl.col("verdict").is_in(["relabel", "edit"]))["example_id"]
    return untrue_targets(
        upstream.examples, upstream.ingested, upstream.edits, redaction, Closed.of(task), rewritten
    )


def publish(upstream: Upstream, task: TaskCard, params: Mapping[str, Any], key: Key) -> Published:
    """Make a version from what the stages left, in memory; `run` does the same by stretches of ids.

    Parameters
    ----------
    upstream
        The stages' outputs.
    task
        The task card.
    params
        Effective curation parameters, for the manifest.
    key
        For digests of groups, subjects and raw sources.

    Raises
    ------
    AssayError
        If an example has no split or two, or an ingested row is neither published nor in a ledger.
    GateFailed
        If there is no row, or an extraction's target is no longer true of its input.
    """
    check_upstream(upstream)
    _refuse_empty(upstream.examples.height)
    check_targets([untrue(upstream, task, upstream.reports["redact"])])
    rows = published_rows(upstream, key)
    parts = {name: [InMemory(frame)] for name, frame in rows.splits.items()}
    counts = _counts(parts, task, Local())
    content = content_of(rows.fingerprints)
    manifest = build_manifest(counts, content, task, upstream.reports, params, key.key_id)
    return Published(
        splits=rows.splits,
        fingerprints=rows.fingerprints,
        ledger=_ledger(upstream.drops),
        edits=upstream.edits.sort(*EDITS.names()),
        verdicts=_verdicts(upstream.verdicts),
        manifest=manifest,
        card=dataset_card(counts, task, manifest),
    )


def _refuse_empty(rows: int) -> None:
    if not rows:
        raise GateFailed(
            "no row is left to publish: a gold version without rows would pass every gate and teach nothing",
            fix="see which stage dropped them: assay status; assay why ROW",
        )


def _counts(splits: Mapping[str, Sequence[Part]], task: TaskCard, engine: Engine) -> Counts:
    columns = (*COUNTED, "output") if task.kind is Kind.CLASSIFICATION else COUNTED
    tables = [table for name in SPLITS for table in engine.map(Counting(name, columns), splits[name])]
    return counted({name: sum(part.rows for part in splits[name]) for name in SPLITS}, tables)


def _ledger(drops: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """The drops of all stages, one stage after the other."""
    return pl.concat([LEDGER.to_frame(), *(drops[stage].sort(*LEDGER.names()) for stage in DROPPING)])


def _verdicts(carried_out: pl.DataFrame) -> pl.DataFrame:
    """What people decided of which row and when, and the fields that they wrote; without the texts."""
    changed = [pl.when(pl.col(name).is_not_null()).then(pl.lit(name)) for name in TEXT_FIELDS]
    fields = pl.concat_str(changed, separator=", ", ignore_nulls=True).alias("fields")
    return carried_out.select("example_id", "verdict", "decided_on", fields).sort("example_id")


def _faults(stretch: Stretch) -> dict[str, Wrong]:
    """What does not fit together in a stretch."""
    return faults(stretch.upstream(ids=True))


@dataclass(frozen=True)
class _Untrue:
    """The targets of a stretch that are not true of their inputs."""

    redaction: Mapping[str, Any]

    def __call__(self, stretch: Stretch) -> Untrue:
        return untrue(stretch.upstream(), Project(stretch.root).task, self.redaction)


def _rows(stretch: Part) -> dict[int, pl.DataFrame]:
    """The rows of a stretch by split, and their fingerprints, under numbers that ascend with it."""
    assert isinstance(stretch, Stretch)
    rows = published_rows(stretch.upstream(), Project(stretch.root).key)
    frames = [*(rows.splits[name] for name in SPLITS), rows.fingerprints]
    return {stretch.number * len(frames) + place: frame for place, frame in enumerate(frames)}


def run(project: Project, progress: Progress | None = None) -> dict[str, Any]:
    """Run the stage in `project`: writes `gold/` whole or not at all; returns its report.

    On an engine that keeps partitions on disk, memory is that of a partition, of ledger and edits, and of the
    part that is written.
    """
    begin(project, "publish")
    reports, engine = check_tables(project), current()
    limit = project.params("publish", PublishParams).part_bytes
    pieces = stretches(project)
    refuse(engine.map(_faults, pieces))
    _refuse_empty(sum(piece.rows for piece in pieces))
    if project.task.kind is Kind.EXTRACTION:
        check_targets(engine.map(_Untrue(reports["redact"]), pieces))
    made = list(engine.exchange(_rows, pieces).values())
    splits = {name: made[place :: len(SPLITS) + 1] for place, name in enumerate(SPLITS)}
    prints = made[len(SPLITS) :: len(SPLITS) + 1]
    counts = _counts(splits, project.task, engine)
    content = content_of_parts(prints, engine)
    params, key = effective_params(project), project.key
    manifest = build_manifest(counts, content, project.task, reports, params, key.key_id)
    verdicts = read_table(project, "dedup", "verdicts", VERDICTS)
    tables: dict[str, pl.DataFrame | Sequence[Part]] = {
        **splits,
        "fingerprints": prints,
        "ledger": _ledger({stage: read_table(project, stage, "drops", LEDGER) for stage in DROPPING}),
        "edits": read_table(project, "redact", "edits", EDITS).sort(*EDITS.names()),
        **({"verdicts": _verdicts(verdicts)} if verdicts.height else {}),
    }
    with replacing_folder(project.gold) as folder:
        in_parts = set()
        for done, (name, table) in enumerate(tables.items(), start=1):
            if write_parts(table, folder, name, limit, engine):
                in_parts.add(name)
            if progress:
                progress(done, len(tables))
        card = dataset_card(counts, project.task, manifest, in_parts)
        (folder / "README.md").write_text(card, encoding="utf-8")
        files = {name: sha256_of(path) for name, path in folder_files(folder).items()}
        whole = {**manifest, FIELD: SHA256, "files": files}
        sealed = seal(json.loads(dump_json(whole)), key, SEALED)
        (folder / MANIFEST).write_text(dump_json(sealed), encoding="utf-8")
    text = ", ".join(f"{name} {count:,}" for name, count in counts.rows.items())
    return {
        "stage": "publish",
        "summary": f"gold version {manifest['version']}: {text}",
        "version": manifest["version"],
        "content_digest": manifest["content_digest"],
        "rows": dict(counts.rows),
    }
