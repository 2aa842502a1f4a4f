"""Why rows moved to another split: how it was set, a row's own group or label, the key, code."""

from __future__ import annotations

import polars as pl

from curate.diff.explain.pipeline import code_change, knob_changes, lock_change, stage_changes
from curate.diff.explain.reasons import UNEXPLAINED
from curate.diff.match.fingerprints import same_key
from curate.versions.version import Version


def moves(changes: pl.DataFrame, before: Version, after: Version) -> pl.DataFrame:
    """Moved rows: a knob of the split, the task card's held-out file, the row's own group or label, the key,
    else code.
    """
    lines = changes.filter(pl.col("change") == "moved")
    knobs, card, code = (
        stage_changes(before, after, "split"),
        knob_changes(before, after, "task.held_out"),
        code_change(before, after),
    )
    drawn = lock_change(before, after)
    edited = {
        name: changes.filter(pl.col("change") == "edited", pl.col("field") == name)["row"].unique()
        for name in ("group", "language", "source")
    }
    relabelled = changes.filter(pl.col("change") == "relabelled")["row"].unique()
    rules = [
        (pl.lit(bool(knobs)), "the split was set otherwise", knobs),
        (pl.lit(bool(card)), "the held-out rows were set otherwise", card),
        (pl.col("similarity").is_not_null(), "moved with its new id, which is made from content", ""),
        (pl.col("row").is_in(edited["group"].implode()), "moved with its new group", ""),
        (pl.col("row").is_in(relabelled.implode()), "moved with its new label", ""),
        *(
            # Labels stratify classification; language and source the other kinds.
            [
                (pl.col("row").is_in(edited[name].implode()), f"moved with its new {name}", "")
                for name in ("language", "source")
            ]
            if after.label is None
            else []
        ),
        (pl.lit(bool(drawn)), "the split was drawn anew", drawn),
        (pl.lit(not same_key(before, after)), "the secret key changed, and the split with it", ""),
        (pl.lit(bool(code)), "made by other code", code),
        (pl.lit(True), UNEXPLAINED, ""),
    ]
    return lines.with_columns(
        stage=pl.lit("split"),
        reason=pl.coalesce(*(pl.when(when).then(pl.lit(reason)) for when, reason, _ in rules)),
        evidence=pl.lit(""),
        because=pl.coalesce(*(pl.when(when).then(pl.lit(because)) for when, _, because in rules)),
    )
