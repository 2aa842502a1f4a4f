"""Stage `dedup`: one row for each thing said, none that the held-out set says too, and none whose twins
disagree.

Twins are looked for in what people wrote, before redaction: "call me Brandon" and "call me Stevie" are two
examples, though both leave as "call me <PERSON_1>". Nothing raw is written here: tables and reports hold ids,
redacted outputs and counts. See `curate.dedup.judge` for the reasons, `curate.dedup.parts` for what is
compared of a text, and `curate.dedup.weight` for what weighs more than letters.

Reads `data/redact` and `data/ingest`, writes `data/dedup` with `pairs`, `clusters` and `conflicts`. A million
rows of 300 characters take a quarter of a minute on two cores and under 3 GB.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import polars as pl

from curate.dedup.contradict import SEARCHED, contradictions, told
from curate.dedup.judge import (
    CONFLICTS,
    drop_equal_after,
    equal_after,
    judge,
    policy,
    settled,
    texts_of,
    weighs,
)
from curate.dedup.leaks import leak_counts, with_conflict
from curate.dedup.params import DedupParams
from curate.dedup.partitioned import Sides, decidable, needs_memory
from curate.dedup.twins import Twins, find_twins
from curate.engine import Part, current, together
from curate.examples import EXAMPLES, conform, ledger, no_ledger
from curate.files import read_stage_frame, stage_schema
from curate.project import Project
from curate.provenance import begin
from curate.stage import Progress, StageResult, stage_parts, write_stage
from curate.task import Kind
from curate.verdicts.apply import changed, in_force, without
from curate.verdicts.apply import written as as_decided


def run(project: Project, progress: Progress | None = None) -> dict[str, Any]:
    """Run the stage in a project; returns its report."""
    params, made_from = project.params("dedup", DedupParams), begin(project, "dedup")
    redacted = project.stage("redact") / "examples.parquet"
    ingested = project.stage("ingest") / "examples.parquet"
    path = project.stage("redact") / "verdicts.parquet"
    verdicts = read_stage_frame(path, made_by="redact") if path.exists() else None
    kind = project.task.kind
    if current().name == "local" or needs_memory(kind, params):
        examples = read_stage_frame(redacted, made_by="redact")
        written = read_stage_frame(ingested, made_by="ingest")
        against = None
        if params.against is not None:
            from curate.overlap.stage import read_benchmarks

            against = read_benchmarks(project, params.against)
        result = dedup(examples, kind, params, progress, written=written, verdicts=verdicts, against=against)
        ids = examples["example_id"]
    else:
        parts = stage_parts(redacted, made_by="redact")
        stage_schema(ingested, made_by="ingest")
        result = dedup_parts(parts, ingested, kind, params, progress, verdicts=verdicts)
        ids = together(parts, ("example_id",))["example_id"]
    return write_stage(result, ids, project.stage("dedup"), made_from, params.max_dropped)


def dedup(
    examples: pl.DataFrame,
    kind: Kind,
    params: DedupParams | None = None,
    progress: Progress | None = None,
    *,
    written: pl.DataFrame | None = None,
    verdicts: pl.DataFrame | None = None,
    against: Mapping[str, tuple[pl.Series, str]] | None = None,
) -> StageResult:
    """Carry out people's verdicts on rows; find duplicates, leaks and conflicting outputs.

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
    written
        The same rows (and maybe more) before redaction; None: nothing was redacted.
    verdicts
        Schema `curate.verdicts.table.VERDICTS`, on these rows; None: nobody has decided anything.
    against
        Texts and SHA-256 of the benchmark files of `params.against`, by path.

    Returns
    -------
    StageResult
        Tables `pairs` (`left_id, right_id, kind, similarity`), `clusters` (`example_id, cluster, kept`;
        cluster is the keeper's id), `conflicts` (`cluster, example_id, output`, as redacted: what waits for
        a person), `contradictions` (every field in which a row contradicts a twin, dropped or not), and
        where there are verdicts in force, those.
    """
    params = params or DedupParams()
    decided = in_force(verdicts)
    if decided.height:
        examples = changed(examples.join(without(decided), on="example_id", how="anti"), decided)
    total = examples.height
    if written is None:
        written = examples
    else:
        written = written.join(examples.select("example_id"), on="example_id", how="semi")
        written = as_decided(written, examples, decided)
    cleared = None
    if params.against is not None and against:
        from curate.overlap.stage import without_benchmarks

        spared = decided.filter(pl.col("verdict") == "keep")["example_id"]
        cleared = without_benchmarks(written, against, params.against, spared)
        examples, written = (
            rows.join(cleared.dropped, on="example_id", how="anti") for rows in (examples, written)
        )
        total = examples.height
    texts = texts_of(written, kind, params)
    watch = (lambda done: progress(done, total)) if progress else None
    # Contradictions of extraction are sought among alike texts whatever their outputs: the same search.
    by_text = "output" in texts.columns and texts.height <= SEARCHED
    twins = find_twins(texts, params, watch, weigh=weighs(kind, params), by_text=by_text)
    rows, out, result = _decided(twins, texts, examples, written, kind, params, decided)
    kept = examples.join(out, on="example_id", how="anti").sort("example_id")
    tables, report = _tables(result.tables, rows, decided), dict(result.report)
    if params.semantic is not None:
        from curate.semantic.stage import same_meaning

        tables["semantic"], report["semantic"] = same_meaning(written, kept, kind, params.semantic)
    if cleared is not None:
        tables["overlaps"], report["against"] = cleared.table, cleared.report
        dropped = pl.concat([result.dropped, cleared.dropped]).sort("example_id")
        result = replace(result, dropped=dropped)
    return replace(result, kept=kept, report=report, tables=tables)


def dedup_parts(
    redacted: Sequence[Part],
    ingested: Path,
    kind: Kind,
    params: DedupParams,
    progress: Progress | None = None,
    *,
    verdicts: pl.DataFrame | None = None,
) -> StageResult:
    """`dedup` of partitions of the redacted examples, on the engine in use; see `curate.dedup.partitioned`.

    Parameters
    ----------
    redacted
        Schema `EXAMPLES`, sorted by id from the first row to the last.
    ingested
        The Parquet file of the same rows (and maybe more) before redaction, sorted by id.
    """
    decided, engine = in_force(verdicts), current()
    some = decidable(redacted, ingested, kind, params, decided, engine, progress)
    texts = texts_of(some.written, kind, params)
    judged, out, result = _decided(
        some.twins, texts, some.examples, some.written, kind, params, decided, some.everything
    )
    alone = some.ids.filter(~some.ids.is_in(judged["example_id"].implode())).rename("example_id")
    rows = pl.concat(
        [judged, alone.to_frame().select("example_id", pl.col("example_id").alias("cluster"), kept=True)]
    )
    parts = engine.store(partial(_staying, out=out), some.sides)
    tables = _tables(result.tables, rows, decided)
    return replace(result, kept=some.examples.clear(), parts=parts, tables=tables)


def _staying(sides: Sides, out: pl.DataFrame) -> pl.DataFrame:
    """The rows of a partition that stay."""
    rows = sides.examples().join(out, on="example_id", how="anti", maintain_order="left")
    return conform(rows, EXAMPLES)


def _tables(
    tables: Mapping[str, pl.DataFrame], rows: pl.DataFrame, decided: pl.DataFrame
) -> dict[str, pl.DataFrame]:
    """The stage's tables, with `clusters` of all rows and, where there are any, the verdicts in force."""
    whole = {**tables, "clusters": rows.sort("example_id")}
    if decided.height:
        whole["verdicts"] = decided.sort("example_id")
    return whole


def _decided(
    twins: Twins,
    texts: pl.DataFrame,
    examples: pl.DataFrame,
    written: pl.DataFrame,
    kind: Kind,
    params: DedupParams,
    decided: pl.DataFrame,
    everything: Callable[[], Iterable[pl.DataFrame]] | None = None,
) -> tuple[pl.DataFrame, pl.DataFrame, StageResult]:
    """The cluster of each row, the ids of those that leave, and the result without its examples."""
    rows = judge(twins, texts, written, kind, params, everything)
    equal = equal_after(rows, texts, examples, kind)
    if params.after_redaction == "drop":
        rows = drop_equal_after(rows, equal)
    rows = settled(rows, decided, texts, written, kind)
    out = rows.filter(pl.col("reason").is_not_null())
    conflict = pl.col("reason").is_in(CONFLICTS)
    dropped = (
        ledger(
            out,
            "dedup",
            pl.col("reason"),
            _evidence(params),
            kept_id=pl.when(conflict).then(None).otherwise(pl.col("twin")),
            score=pl.when(pl.col("reason") == "equal_after_redaction")
            .then(None)
            .otherwise(pl.col("similarity")),
        )
        if out.height
        else no_ledger()
    )
    clusters = rows.select(
        "example_id", pl.col("keeper").alias("cluster"), pl.col("reason").is_null().alias("kept")
    )
    review = rows.filter(pl.lit(policy(kind, params) == "review") & conflict).join(
        examples.select("example_id", "output"), on="example_id", how="left"
    )
    against = contradictions(rows, texts, examples, kind, params, twins.by_text)
    tables = {
        "pairs": twins.pairs.rename({"left": "left_id", "right": "right_id"}),
        "clusters": clusters,
        "conflicts": review.select(pl.col("keeper").alias("cluster"), "example_id", "output").sort(
            "cluster", "example_id"
        ),
        "contradictions": against,
    }
    report = _report(twins, rows, written, kind, params) | _redaction_report(equal, params)
    report["contradictions"] = told(against)
    dropped = pl.concat([dropped, without(decided)]).sort("example_id")
    result = StageResult("dedup", examples.clear(), dropped, report, tables)
    return clusters, out.select("example_id"), result


def _evidence(params: DedupParams) -> pl.Expr:
    """What the ledger says beside a row's reason."""
    size = pl.col("size")
    return (
        pl.when(pl.col("reason") == "leak")
        .then(
            pl.lit("also in the held-out set")
            + pl.when("disagrees").then(pl.lit(", with another output")).otherwise(pl.lit(""))
        )
        .when(pl.col("reason").is_in(CONFLICTS))
        .then(
            pl.when(pl.col("settled_by").is_null())
            .then(pl.format("its cluster of {} rows has {} different outputs", size, pl.col("outputs")))
            .otherwise(pl.format("a person decided on {}, which has another output", "settled_by"))
        )
        .when(pl.col("reason") == "equal_after_redaction")
        .then(pl.format("one of {} rows that redaction made equal", size))
        .when(pl.col("reason") == "exact_duplicate")
        .then(pl.lit("same text after normalisation"))
        .otherwise(
            pl.format(
                "{} {}-gram Jaccard {}", pl.lit(params.unit), pl.lit(params.n), pl.col("similarity").round(3)
            )
        )
    )


def _redaction_report(equal: pl.DataFrame, params: DedupParams) -> dict[str, Any]:
    """Rows that redaction made equal, and a note for the stage's line."""
    mine = equal.filter(~pl.col("held_out"))
    beside = equal.filter(pl.col("held_out").any().over("family") & ~pl.col("held_out"))
    facts = {
        "policy": params.after_redaction,
        "rows": mine.height,
        "families": mine["family"].n_unique(),
        "rows_in_families_of_several_outputs": mine.filter(pl.col("outputs") > 1).height,
        "rows_equal_to_held_out_rows": beside.height,
    }
    if not mine.height:
        return {"after_redaction": facts}
    rows = "1 row has" if mine.height == 1 else f"{mine.height:,} rows have"
    note = f"{rows} an input that only redaction made equal to another's"
    if several := facts["rows_in_families_of_several_outputs"]:
        note += f", {several:,} of them with different outputs"
    what = "they stay" if params.after_redaction == "keep" else "one of each output stays"
    return {"after_redaction": facts, "notes": [f"{note} ({what}: dedup.after_redaction)"]}


def _report(
    twins: Twins, rows: pl.DataFrame, written: pl.DataFrame, kind: Kind, params: DedupParams
) -> dict[str, Any]:
    """Counts for people and the manifest."""
    labels = written.select(pl.col("example_id").alias("id"), "output")
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
            "parts": params.parts,
            "search": twins.search,
        },
        # Pairs alike in their letters that differ in a number, date or negation; null: too many to count.
        "weighed": {
            "policy": params.weigh,
            "applied": weighs(kind, params) != "nothing",
            "pairs_spared": twins.spared,
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
            "policy": policy(kind, params),
            "clusters": conflicting["keeper"].n_unique(),
            "rows": conflicting.height,
            "rows_dropped": rows.filter(pl.col("reason").is_in(CONFLICTS)).height,
        },
        "leaks": {"rows_dropped": rows.filter(pl.col("reason") == "leak").height, **leak_counts(crossing)},
        "held_out_pairs": {"pairs": inside.height, "conflicting": int(inside["label_conflict"].sum() or 0)},
    }
