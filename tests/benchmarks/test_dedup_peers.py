"""What the peers' rows are held against: the exact join is the slow count's, and the judge counts by hand."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.dedup_peers import judged, kept_by_assay, true_pairs
from benchmarks.near_duplicates import truth

# Few words, so that shingles repeat within a row and rows meet by chance; a row and what may become of it.
rows = st.lists(st.lists(st.integers(0, 3), min_size=14, max_size=14), min_size=1, max_size=25)


@given(rows)
def test_the_exact_join_is_the_slow_count(numbers: list[list[int]]) -> None:
    texts = [" ".join("abcd"[number] for number in row) for row in numbers]
    texts += [text[:-1] + "e" for text in texts[:5]]
    lefts, rights = true_pairs(pl.Series(texts))
    assert set(zip(lefts.tolist(), rights.tolist(), strict=True)) == truth(texts)


def test_a_tool_is_judged_by_what_it_left() -> None:
    # 0-1, 1-2 and 3-4 are twins. 2 goes though only 1 is its twin and 1 went too; of 3-4 both stayed.
    lefts, rights = np.array([0, 1, 3]), np.array([1, 2, 4])
    result = judged(np.array([True, False, False, True, True]), lefts, rights)
    assert result == {
        "removed": 2,
        "no_kept_twin": 1,
        "pairs_left": 1,
        "precision": 0.5,
        "recall": 1 - 1 / 3,
    }


def test_rows_that_assay_keeps_are_those_of_no_pair_and_the_keepers(tmp_path: Path) -> None:
    pairs = {"left": ["a", "b"], "right": ["b", "c"], "cluster": ["a", "c"], "kept": ["a", None]}
    pl.DataFrame(pairs, schema_overrides={"kept": pl.String}).write_parquet(tmp_path / "pairs.parquet")
    assert kept_by_assay(tmp_path, pl.Series("id", ["a", "b", "c", "d"])).to_list() == ["a", "c", "d"]
