"""What a change does to people and to scores: personal values new, gone and still there, and new leaks from
training into test.

Values are compared by the keyed ids that redaction wrote down, so no text is read. Leaks are sought with the
near-duplicate search of `curate.dedup`, for changed rows only: what did not change was judged when it was
published.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl

from curate.dedup.leaks import leak_counts, leaks
from curate.dedup.params import Similarity
from curate.diff.match.fingerprints import same_key
from curate.diff.measure.summary import FindingChange, Leak, Leaks
from curate.pii.decisions import CLEARING
from curate.publish.digest import PUBLISHED
from curate.task import Kind
from curate.versions.version import Version

# Changed rows are held against all rows of the other side up to this many (about 2 seconds); beyond it,
# against changed rows only.
MOST_ROWS = 100_000
SHOWN = 100
# Actions that leave a value where it stands.
UNTOUCHED = ("keep", "exempt")
_VALUE = ("example_id", "field", "entity", "value_id")


def finding_changes(before: Version, after: Version) -> tuple[FindingChange, ...]:
    """Values that redaction acted on, by entity; empty where a side kept no record or another key made the
    ids.

    A value that is acted on no longer is either gone with its text, or stands in the text now: the first is
    `fixed`, the second `no_longer`. It stands there if its row was made from the same source, nobody cleared
    it by a verdict, and nothing else is taken out of that field instead.
    """
    if before.edits is None or after.edits is None or not same_key(before, after):
        return ()
    old, new = (
        side.filter(~pl.col("action").is_in(UNTOUCHED)).select(_VALUE).unique()
        for side in (before.edits, after.edits)
    )
    on = list(_VALUE)
    came = new.join(old, on=on, how="anti", nulls_equal=True)
    # In memory: few values end, and the rows whose source is asked for are looked up by their ids.
    ended = old.join(new, on=on, how="anti", nulls_equal=True).collect(engine="streaming").lazy()
    stands = _same_source(before, after, ended.select("example_id").collect()["example_id"])
    exposed = ended.clear() if stands is None else ended.join(stands.lazy(), on="example_id", how="semi")
    exposed = exposed.join(came, on=["example_id", "field"], how="anti")
    if after.verdicts is not None:
        cleared = after.verdicts.lazy().filter(pl.col("verdict").is_in(CLEARING))
        exposed = exposed.join(cleared, on="value_id", how="anti")
    sides = {
        "new": came,
        "fixed": ended.join(exposed, on=on, how="anti", nulls_equal=True),
        "persisting": new.join(old, on=on, how="semi", nulls_equal=True),
        "no_longer": exposed,
    }
    counted = pl.concat(
        rows.group_by("entity")
        .len()
        .select("entity", pl.lit(name).alias("state"), "len")
        .collect(engine="streaming")
        for name, rows in sides.items()
    )
    counts = {(entity, state): count for entity, state, count in counted.iter_rows()}
    entities = sorted({entity for entity, _ in counts})
    return tuple(
        FindingChange(entity, *(counts.get((entity, state), 0) for state in sides)) for entity in entities
    )


def _same_source(before: Version, after: Version, ids: pl.Series) -> pl.DataFrame | None:
    """Those of `ids` whose rows both sides made from the same texts; None where one has no fingerprints."""
    on = ["example_id", "source_digest"]
    for side in (before, after):
        if side.fingerprints is None or set(on) - set(side.fingerprints.collect_schema().names()):
            return None
    old, new = (side.records("fingerprints", ids, on) for side in (before, after))
    assert old is not None and new is not None
    return old.join(new, on=on, how="semi").select("example_id")


def new_leaks(changes: pl.DataFrame, before: Version, after: Version) -> Leaks | None:
    """Twins of the new version's train and test of which at least one row is new, reworded or newly in its
    split; None without splits.
    """
    if not after.gold:
        return None
    texts = pl.col("field").is_in(["input", "rejected", "language"])
    touched = changes.filter(
        pl.col("change").is_in(["added", "moved"]) | (pl.col("change").is_in(["edited"]) & texts)
    )
    changed = after.table.places(touched["at_after"].drop_nulls())
    first = {"train": 0, "test": 0}
    start = 0
    for part, height in zip(after.table.parts, after.table.heights, strict=True):
        if part.split in first:
            first[part.split] = start
        start += height
    moved = {side: changed.filter(pl.col("split") == side)["at"] for side in first}
    if not len(moved["train"]) and not len(moved["test"]):
        return Leaks(0, 0, 0, True, ())
    heights = {
        str(part.split): height for part, height in zip(after.table.parts, after.table.heights, strict=True)
    }
    everything = heights.get("train", 0) + heights.get("test", 0) <= MOST_ROWS
    kind, similarity = _kind(after.manifest), _twins(before.manifest, after.manifest)
    whole = {
        side: pl.int_range(first[side], first[side] + heights.get(side, 0), dtype=pl.UInt32, eager=True)
        if everything
        else moved[side]
        for side in first
    }
    found = []
    sought = ((moved["train"], whole["test"]), (whole["train"], moved["test"]))
    for train, test in (
        sought if everything else sought[:1]
    ):  # without the unchanged rows both are the same search
        if len(train) and len(test):
            found.append(leaks(_rows(after, train), _rows(after, test), kind, similarity))
    if not found:
        return Leaks(0, 0, 0, everything, ())
    pairs = (
        pl.concat(found)
        .unique()
        .sort("test_id", "similarity", "kind", "train_id", descending=[False, True, False, False])
    )
    counts = leak_counts(pairs)
    worst = pairs.sort(
        pl.col("label_conflict").fill_null(False),
        "similarity",
        "test_id",
        "train_id",
        descending=[True, True, False, False],
    ).head(SHOWN)
    return Leaks(
        counts["held_out_rows"],
        counts["pairs"],
        counts["conflicting_pairs"],
        everything,
        tuple(Leak(*row) for row in worst.iter_rows()),
    )


def _rows(version: Version, at: pl.Series) -> pl.DataFrame:
    names = ("example_id", "input", "output", "rejected", "language")
    have = {name: PUBLISHED[name] for name in names if name in version.table.schema}
    rows = version.table.take(at, have)
    return rows.with_columns(pl.lit(None, dtype=pl.String).alias(name) for name in names if name not in have)


def _kind(manifest: Mapping[str, Any]) -> Kind:
    task = manifest.get("task")
    stated = task.get("kind") if isinstance(task, Mapping) else None
    return Kind(stated) if stated in {str(kind) for kind in Kind} else Kind.CLASSIFICATION


def _twins(before: Mapping[str, Any], after: Mapping[str, Any]) -> Similarity:
    """The new version's measure at the lower threshold of both: raising it is a change that must not hide
    what it lets through.
    """
    old, new = _similarity(before), _similarity(after)
    alike = (old.unit, old.n) == (new.unit, new.n)
    return new.model_copy(update={"threshold": min(old.threshold, new.threshold)}) if alike else new


def _similarity(manifest: Mapping[str, Any]) -> Similarity:
    """What the version's own deduplication took for twins."""
    params = manifest.get("params")
    stated = params.get("dedup") if isinstance(params, Mapping) else None
    chosen = (
        {name: stated[name] for name in Similarity.model_fields if name in stated}
        if isinstance(stated, Mapping)
        else {}
    )
    return Similarity(**chosen)
