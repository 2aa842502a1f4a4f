"""Stage `publish`: `gold/`, one folder that alone explains every row.

Rows by split; `fingerprints` to compare versions without text; `ledger` with every dropped row's reasons;
`edits` with every redaction; `verdicts` with every row that a person decided on, where there is one;
`manifest.json`; and `README.md`, the dataset card. Drops nothing: every example
has exactly one split.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl

from curate.digests import FIELD, SHA256, sha256_of
from curate.errors import GateFailed
from curate.examples import EDITS, LEDGER, TEXT_FIELDS
from curate.files import dump_json, replacing_folder, write_parquet
from curate.keys import Key
from curate.pii.redact.closed import Closed
from curate.project import Project
from curate.provenance import begin
from curate.publish.card import dataset_card
from curate.publish.digest import LENGTHS, PUBLISHED, content_of, marks, netstring, row_digests
from curate.publish.manifest import MANIFEST, SEALED, build_manifest, effective_params
from curate.publish.targets import check_targets
from curate.publish.upstream import Upstream, check_upstream, read_upstream
from curate.seal import seal
from curate.splits import SPLITS
from curate.stage import Progress
from curate.stages import DROPPING
from curate.task import TaskCard

FINGERPRINTS = pl.Schema(
    {
        "example_id": pl.String(),
        "split": pl.String(),
        "source_digest": pl.String(),  # keyed digest of the ingested input, output and rejected: raw text
        "row_digest": pl.String(),  # of all published columns but the id
        "output_digest": pl.String(),  # of the published output: a relabelling shows without text
        "input_length": pl.UInt32(),  # characters as published: a shift in length shows without text
        "output_length": pl.UInt32(),
    }
)


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


def _keyed(frame: pl.DataFrame, column: str, key: Key) -> pl.DataFrame:
    """`frame` with the values of `column` replaced by keyed digests, nulls left null."""
    distinct = frame[column].drop_nulls().unique().sort()
    digests = pl.Series(key.digests(column, distinct.to_list()), dtype=pl.String)
    return frame.with_columns(
        pl.col(column).replace_strict(distinct, digests, default=None, return_dtype=pl.String)
    )


def fingerprints(splits: Mapping[str, pl.DataFrame], ingested: pl.DataFrame, key: Key) -> pl.DataFrame:
    """Fingerprints of published rows (schema `FINGERPRINTS`), sorted by id."""
    outputs = pl.concat([splits[name].select("example_id", "output") for name in SPLITS])
    distinct = outputs.select("output").unique()
    by_output = outputs.join(
        distinct.with_columns(row_digests(distinct, ("output",)).alias("output_digest")),
        on="output",
        nulls_equal=True,
    )
    texts = ingested.join(outputs, on="example_id", how="semi").select(
        "example_id", netstring(TEXT_FIELDS).alias("text")
    )
    sources = texts.select(
        "example_id",
        pl.Series("source_digest", key.digests("source", texts["text"].to_list()), dtype=pl.String),
    )
    lengths = [pl.col(name).fill_null("").str.len_chars().alias(stated) for name, stated in LENGTHS.items()]
    texts = pl.concat([splits[name].select("example_id", *lengths) for name in SPLITS])
    rows = marks(splits)
    for more in (by_output, sources, texts):
        rows = rows.join(more, on="example_id", how="left")
    return rows.select(FINGERPRINTS.names()).sort("example_id")


def publish(upstream: Upstream, task: TaskCard, params: Mapping[str, Any], key: Key) -> Published:
    """Make a version from what the stages left.

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
    examples = upstream.examples
    if examples.is_empty():
        raise GateFailed(
            "no row is left to publish: a gold version without rows would pass every gate and teach nothing",
            fix="see which stage dropped them: assay status; assay why ROW",
        )
    for column in ("group", "subject"):
        examples = _keyed(examples, column, key)
    rewritten = upstream.verdicts.filter(pl.col("verdict").is_in(["relabel", "edit"]))["example_id"]
    check_targets(
        examples, upstream.ingested, upstream.edits, upstream.reports["redact"], Closed.of(task), rewritten
    )
    placed = examples.join(upstream.assignments, on="example_id", how="inner")
    splits = {
        name: placed.filter(pl.col("split") == name).select(PUBLISHED.names()).sort("example_id")
        for name in SPLITS
    }
    prints = fingerprints(splits, upstream.ingested, key)
    manifest = build_manifest(splits, content_of(prints), task, upstream.reports, params, key.key_id)
    return Published(
        splits=splits,
        fingerprints=prints,
        ledger=pl.concat(
            [LEDGER.to_frame(), *(upstream.drops[stage].sort(*LEDGER.names()) for stage in DROPPING)]
        ),
        edits=upstream.edits.sort(*EDITS.names()),
        verdicts=_verdicts(upstream.verdicts),
        manifest=manifest,
        card=dataset_card(splits, task, manifest),
    )


def _verdicts(carried_out: pl.DataFrame) -> pl.DataFrame:
    """What people decided of which row and when, and the fields that they wrote; without the texts."""
    changed = [pl.when(pl.col(name).is_not_null()).then(pl.lit(name)) for name in TEXT_FIELDS]
    fields = pl.concat_str(changed, separator=", ", ignore_nulls=True).alias("fields")
    return carried_out.select("example_id", "verdict", "decided_on", fields).sort("example_id")


def run(project: Project, progress: Progress | None = None) -> dict[str, Any]:
    """Run the stage in `project`: writes `gold/` whole or not at all; returns its report."""
    begin(project, "publish")
    version = publish(read_upstream(project), project.task, effective_params(project), project.key)
    with replacing_folder(project.gold) as folder:
        frames = {
            **version.splits,
            "fingerprints": version.fingerprints,
            "ledger": version.ledger,
            "edits": version.edits,
            **({"verdicts": version.verdicts} if version.verdicts.height else {}),
        }
        for done, (name, frame) in enumerate(frames.items(), start=1):
            write_parquet(frame, folder / f"{name}.parquet")
            if progress:
                progress(done, len(frames))
        (folder / "README.md").write_text(version.card, encoding="utf-8")
        files = {path.name: sha256_of(path) for path in sorted(folder.iterdir())}
        whole = {**version.manifest, FIELD: SHA256, "files": files}
        manifest = seal(json.loads(dump_json(whole)), project.key, SEALED)
        (folder / MANIFEST).write_text(dump_json(manifest), encoding="utf-8")
    rows = {name: version.splits[name].height for name in SPLITS}
    counts = ", ".join(f"{name} {count:,}" for name, count in rows.items())
    return {
        "stage": "publish",
        "summary": f"gold version {version.manifest['version']}: {counts}",
        "version": version.manifest["version"],
        "content_digest": version.manifest["content_digest"],
        "rows": rows,
    }
