"""Stage `dedup`: one row for each thing said, none that the held-out set says too, and none whose twins
disagree.

In this order: a row with a held-out twin is a `leak`; a cluster whose rows disagree on the output leaves as
`label_conflict` (by policy); the rest of a cluster but its keeper are `exact_duplicate` or `near_duplicate`,
each with the keeper it was verified against and the similarity. Held-out rows are never dropped here.

Reads `data/redact`, writes `data/dedup` with `pairs`, `clusters` and `conflicts`. A million rows of 300
characters take a quarter of a minute on two cores and under 3 GB.
"""

from __future__ import annotations

from typing import Any

import polars as pl

from curate.dedup.leaks import leak_counts, with_conflict
from curate.dedup.params import DedupParams
from curate.dedup.twins import Twins, find_twins, identity
from curate.examples import ledger, no_ledger
from curate.files import read_stage_frame
from curate.project import Project
from curate.provenance import begin
from curate.stage import Progress, StageResult, write_stage
from curate.task import Kind


def run(project: Project, progress: Progress | None = None) -> dict[str, Any]:
    """Run the stage in a project; returns its report."""
    params, made_from = project.params("dedup", DedupParams), begin(project, "dedup")
    examples = read_stage_frame(project.stage("redact") / "examples.parquet", made_by="redact")
    result = dedup(examples, project.task.kind, params, progress)
    return write_stage(result, examples["example_id"], project.stage("dedup"), made_from, params.max_dropped)


def dedup(
    examples: pl.DataFrame, kind: Kind, params: DedupParams | None = None, progress: Progress | None = None
) -> StageResult:
    """Find duplicates, leaks and conflicting outputs.

    Parameters
    ----------
    examples
        Schema `EXAMPLES`, redacted.
    kind
        Says what makes two rows the same example, and whether outputs can conflict.
    params
        Section `dedup`.
    progress
        Called with (rows read, rows).

    Returns
    -------
    StageResult
        Tables `pairs` (`left_id, right_id, kind, similarity`), `clusters` (`example_id, cluster, kept`;
        cluster is the keeper's id) and `conflicts` (`cluster, example_id, output`).
    """
    params = params or DedupParams()
    total = examples.height
    texts = examples.select(
        pl.col("example_id").alias("id"),
        pl.col("input").alias("text"),
        identity(kind).alias("guard"),
        pl.col("held_out").fill_null(False),
    )
    twins = find_twins(texts, params, (lambda done: progress(done, total)) if progress else None)
    rows = _judged(twins, examples, kind, params)
    if kind is Kind.EXTRACTION and "label_conflict" in rows["reason"]:
        # Only equal texts conflict here, so a keeper may leave and its near-duplicates stay: they need a
        # keeper among the rest.
        gone = rows.filter(pl.col("reason") == "label_conflict")
        rest = find_twins(texts.join(gone, left_on="id", right_on="example_id", how="anti"), params)
        rows = pl.concat([_judged(rest, examples, kind, params), gone])
    out = rows.filter(pl.col("reason").is_not_null())
    size = pl.col("size")
    evidence = (
        pl.when(pl.col("reason") == "leak")
        .then(
            pl.lit("also in the held-out set")
            + pl.when("disagrees").then(pl.lit(", with another output")).otherwise(pl.lit(""))
        )
        .when(pl.col("reason") == "label_conflict")
        .then(pl.format("its cluster of {} rows has {} different outputs", size, pl.col("outputs")))
        .when(pl.col("reason") == "exact_duplicate")
        .then(pl.lit("same text after normalisation"))
        .otherwise(
            pl.format(
                "{} {}-gram Jaccard {}", pl.lit(params.unit), pl.lit(params.n), pl.col("similarity").round(3)
            )
        )
    )
    conflict = pl.col("reason") == "label_conflict"
    dropped = (
        ledger(
            out,
            "dedup",
            pl.col("reason"),
            evidence,
            kept_id=pl.when(conflict).then(None).otherwise(pl.col("keeper")),
            score=pl.col("similarity"),
        )
        if out.height
        else no_ledger()
    )
    kept = examples.join(out.select("example_id"), on="example_id", how="anti").sort("example_id")
    clusters = rows.select(
        "example_id", pl.col("keeper").alias("cluster"), pl.col("reason").is_null().alias("kept")
    ).sort("example_id")
    review = rows.filter(pl.lit(params.on_conflict == "review") & conflict)
    tables = {
        "pairs": twins.pairs.rename({"left": "left_id", "right": "right_id"}),
        "clusters": clusters,
        "conflicts": review.select(pl.col("keeper").alias("cluster"), "example_id", "output").sort(
            "cluster", "example_id"
        ),
    }
    return StageResult("dedup", kept, dropped.sort("example_id"), _report(twins, rows, kind, params), tables)


def _judged(twins: Twins, examples: pl.DataFrame, kind: Kind, params: DedupParams) -> pl.DataFrame:
    """Every row with its cluster, and the reason it leaves or null."""
    held = twins.rows.filter("held_out").select(
        pl.col("id").alias("keeper"), pl.lit(True).alias("held_keeper")
    )
    outputs = examples.select(pl.col("example_id").alias("id"), "output")
    rows = (
        twins.rows.join(outputs, on="id", how="left")
        .join(held, on="keeper", how="left")
        .with_columns(pl.col("held_keeper").fill_null(False))
    )
    rows = rows.join(outputs.rename({"id": "keeper", "output": "kept_output"}), on="keeper", how="left")
    # Where the output is a label any two twins must agree; where it is read off the text, only equal texts
    # must.
    match kind:
        case Kind.CLASSIFICATION:
            unit = ["keeper"]
        case Kind.EXTRACTION:
            unit = ["keeper", "document"]
        case _:
            unit = []
    found = (
        rows.group_by(unit).agg(pl.col("output").n_unique().alias("outputs"), pl.len().alias("size"))
        if unit
        else pl.DataFrame(schema={"keeper": rows.schema["keeper"], "outputs": pl.UInt32, "size": pl.UInt32})
    )
    rows = rows.join(found, on=unit or ["keeper"], how="left").with_columns(
        (pl.col("outputs") > 1).fill_null(False).alias("conflict")
    )
    alone = pl.col("held_out")
    reason = (
        pl.when(alone)
        .then(None)
        .when("held_keeper")
        .then(pl.lit("leak"))
        .when(pl.col("conflict") & pl.lit(params.on_conflict != "keeper"))
        .then(pl.lit("label_conflict"))
        .when("kept")
        .then(None)
        .otherwise(pl.concat_str("kind", pl.lit("_duplicate")))
    )
    disagrees = pl.col("output").ne_missing(pl.col("kept_output")) & pl.lit(kind is Kind.CLASSIFICATION)
    return rows.select(
        pl.col("id").alias("example_id"),
        "held_out",
        "document",
        "keeper",
        "kind",
        "similarity",
        "output",
        "outputs",
        "size",
        "conflict",
        disagrees.alias("disagrees"),
        reason.alias("reason"),
    )


def _report(twins: Twins, rows: pl.DataFrame, kind: Kind, params: DedupParams) -> dict[str, Any]:
    """Counts for people and the manifest."""
    labels = rows.select(pl.col("example_id").alias("id"), "output")
    pairs = with_conflict(twins.pairs, labels, labels)
    sides = rows.select(pl.col("example_id").alias("id"), "held_out")
    for side in ("left", "right"):
        pairs = pairs.join(sides.rename({"id": side, "held_out": f"{side}_held"}), on=side, how="left")
    if kind is not Kind.CLASSIFICATION:
        pairs = pairs.with_columns(pl.lit(None, dtype=pl.Boolean).alias("label_conflict"))
    crossing = (
        pairs.filter(pl.col("left_held") != pl.col("right_held"))
        .select(
            pl.when("right_held").then("left").otherwise("right").alias("seen"),
            pl.when("right_held").then("right").otherwise("left").alias("held"),
            "similarity",
            "kind",
            "label_conflict",
        )
        .sort("held", "similarity", "kind", "seen", descending=[False, True, False, False])
    )
    inside = pairs.filter(pl.col("left_held") & pl.col("right_held"))
    sizes = (
        rows.group_by("keeper")
        .len("rows")
        .filter(pl.col("rows") > 1)
        .sort("rows", "keeper", descending=[True, False])
    )
    conflicting = rows.filter("conflict")
    return {
        "similarity": {
            "unit": params.unit,
            "n": params.n,
            "threshold": params.threshold,
            "search": twins.search,
        },
        "pairs": {
            "listed": twins.listed,
            "exact": pairs.filter(pl.col("kind") == "exact").height,
            "near": pairs.filter(pl.col("kind") == "near").height,
            "conflicting": int(pairs["label_conflict"].sum() or 0),
        },
        "clusters": {
            "count": sizes.height,
            "rows": int(sizes["rows"].sum()),
            "largest": [{"cluster": name, "rows": count} for name, count in sizes.head(10).iter_rows()],
        },
        "conflicts": {
            "policy": params.on_conflict,
            "clusters": conflicting["keeper"].n_unique(),
            "rows": conflicting.height,
            "rows_dropped": rows.filter(pl.col("reason") == "label_conflict").height,
        },
        "leaks": {"rows_dropped": rows.filter(pl.col("reason") == "leak").height, **leak_counts(crossing)},
        "held_out_pairs": {"pairs": inside.height, "conflicting": int(inside["label_conflict"].sum() or 0)},
    }
