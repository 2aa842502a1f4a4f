"""Are held-out rows seen in training? The share of held-out rows with a near-duplicate among the others."""

from __future__ import annotations

import numpy as np
import polars as pl

from curate.dedup.leaks import leaks
from curate.dedup.params import DedupParams
from train.advise.case import Case, Evidence, Signal

# Share of seen held-out rows from which a score is memory: a tenth can move it by as much as most gains are.
MUCH = 0.1


def seen(case: Case) -> Signal:
    """The share of held-out rows that were seen; not told where no split is known."""
    if case.test is None:
        return Signal(
            "seen", "no split is known: rows that repeat another would be kept together", {"share": None}
        )
    wanted = case.rows.with_columns(pl.lit(None, pl.String).alias("rejected"))
    train, test = wanted.filter(~case.test), wanted.filter(case.test)
    pairs = leaks(train, test, case.kind, DedupParams())
    found = pairs["test_id"].unique(maintain_order=True).to_list()
    share = len(found) / max(test.height, 1)
    said = f"{len(found):,} of {test.height:,} held-out rows stand among the training rows as well"
    evidence = [Evidence(name, "held out, and a near-duplicate is trained on") for name in found]
    return Signal("seen", said, {"share": round(share, 4), "rows": len(found)}, evidence)


def test_rows(case: Case) -> tuple[int, bool]:
    """Independent held-out rows, and whether a split is known; without one, three in ten."""
    units = np.unique(_units(case), return_inverse=True)[1]
    if case.test is not None:
        return len(np.unique(units[case.test])), True
    return round(0.3 * len(np.unique(units))), False


def _units(case: Case) -> np.ndarray:
    """What is independent: groups, and near-duplicate families of rows without a group."""
    pairs = zip(case.rows["group"], case.families, strict=True)
    named = [f"group {group}" if group else f"family {family}" for group, family in pairs]
    return np.array(named)
