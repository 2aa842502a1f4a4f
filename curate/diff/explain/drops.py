"""Why rows came and went: the drop ledgers of both versions, and twins that came or went with them."""

from __future__ import annotations

import polars as pl

from curate.diff.explain.decided import changed_verdicts, decisions
from curate.diff.explain.pipeline import stage_changes
from curate.diff.explain.reasons import IN_SOURCE, UNEXPLAINED
from curate.diff.match.fingerprints import same_key
from curate.examples import LEDGER
from curate.ids import CONTENT_PREFIX
from curate.stages import NAMES
from curate.versions.version import Version


def drops(lines: pl.DataFrame, ledger_of: Version, before: Version, after: Version) -> pl.DataFrame:
    """Added rows against the old ledger, removed rows against the new one: the same rule seen from two
    sides.
    """
    added = ledger_of is before
    first_drops = _first_drop(ledger_of, lines["row"])
    joined = lines.join(first_drops, left_on="row", right_on="example_id", how="left", maintain_order="left")
    said = decisions(lines["row"], before, after)
    joined = joined.join(said, left_on="row", right_on="example_id", how="left", maintain_order="left")
    dropped = pl.col("drop").is_not_null()
    rekeyed = pl.lit(not same_key(before, after)) & pl.col("row").str.starts_with(CONTENT_PREFIX)
    complete = ledger_of.ledger is not None
    reason = (
        pl.when(dropped & pl.col("verdict_reason").is_not_null())
        .then("verdict_reason")
        .when(dropped)
        .then(pl.lit("no longer dropped: " if added else "dropped: ") + pl.col("drop"))
        .when(rekeyed)
        .then(pl.lit("the secret key changed, and ids made from content with it"))
        .when(pl.lit(complete))
        .then(pl.lit(IN_SOURCE["added" if added else "removed"]))
        .otherwise(pl.lit(UNEXPLAINED))
    )
    stages = joined["stage"].drop_nulls().unique().to_list()
    because = pl.col("stage").replace_strict(
        {stage: _changes(before, after, stage) for stage in stages}, default="", return_dtype=pl.String
    )
    # What the ledger says of the row stands behind what a person said of it.
    by_person = pl.when(dropped).then(
        pl.concat_str("verdict_evidence", pl.col("drop"), separator="; ", ignore_nulls=False)
    )
    joined = joined.with_columns(
        reason=reason,
        because=pl.when(pl.col("verdict_reason").is_null()).then(because.fill_null("")).otherwise(pl.lit("")),
        evidence=pl.coalesce(by_person, pl.col("evidence").fill_null("")),
        stage=pl.col("stage").fill_null("ingest"),
    )
    return _lost_twins(joined, after) if added else _twins(joined, before)


def _changes(before: Version, after: Version, stage: str) -> str:
    """What differs for a stage: its knobs, and for those that obey them the verdicts on rows."""
    said = [stage_changes(before, after, stage)]
    if stage in ("dedup", "validate"):
        said.append(changed_verdicts(before, after))
    return ", ".join(filter(None, said))


def _first_drop(version: Version, ids: pl.Series) -> pl.DataFrame:
    """The ledger's word on each id: its first stage in pipeline order; further reasons of the row are
    counted.
    """
    ledger = version.records("ledger", ids)
    ledger = LEDGER.to_frame() if ledger is None else ledger
    rank = pl.col("stage").replace_strict(
        {name: rank for rank, name in enumerate(NAMES)}, default=len(NAMES), return_dtype=pl.UInt8
    )
    ordered = ledger.sort("example_id", rank, "reason", "evidence", "kept_id", nulls_last=True)
    first = ordered.group_by("example_id", maintain_order=True).agg(
        pl.col("stage", "reason", "evidence", "kept_id").first(), pl.len().alias("lines")
    )
    more = (
        pl.when(pl.col("lines") > 1)
        .then(pl.format(" and {} more", pl.col("lines") - 1))
        .otherwise(pl.lit(""))
    )
    evidence = pl.col("evidence").fill_null("") + more
    return first.select(
        "example_id",
        "stage",
        (pl.col("stage") + "/" + pl.col("reason")).alias("drop"),
        evidence.alias("evidence"),
        "kept_id",
    )


def _twins(lines: pl.DataFrame, before: Version) -> pl.DataFrame:
    """Name the kept twin of a row dropped as a duplicate, and say whether the twin is what is new."""
    twins = lines["kept_id"].drop_nulls().unique()
    if not len(twins):
        return lines
    seen = [
        records["example_id"]
        for name in ("fingerprints", "ledger")
        if (records := before.records(name, twins, ("example_id",))) is not None
    ]
    known = pl.concat(seen) if seen else twins
    text = pl.format("kept {}", "kept_id") + pl.when(pl.col("kept_id").is_in(known.implode())).then(
        pl.lit("")
    ).otherwise(pl.lit(", which is new in source"))
    both = pl.concat_str(
        pl.when(pl.col("evidence") != "").then("evidence"), text, separator="; ", ignore_nulls=True
    )
    return lines.with_columns(evidence=pl.when(pl.col("kept_id").is_null()).then("evidence").otherwise(both))


def _lost_twins(lines: pl.DataFrame, after: Version) -> pl.DataFrame:
    """Say of a row that was a duplicate and no longer is that its kept twin is gone, where it is."""
    twins = lines["kept_id"].drop_nulls().unique()
    published = after.records("fingerprints", twins, ("example_id",)) if len(twins) else None
    if published is None:
        return lines
    gone = pl.col("kept_id").is_not_null() & ~pl.col("kept_id").is_in(published["example_id"].implode())
    text = pl.when(gone).then(pl.format("its kept twin {} is gone", "kept_id"))
    both = pl.concat_str(
        pl.when(pl.col("evidence") != "").then("evidence"), text, separator="; ", ignore_nulls=True
    )
    return lines.with_columns(evidence=pl.when(gone).then(both).otherwise("evidence"))
