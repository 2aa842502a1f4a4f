"""A row without a key that was edited is shown as an edit, one to one, whatever the order of the rows."""

from __future__ import annotations

from collections import Counter
from typing import Any

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from curate.diff.difference import compare
from curate.diff.match.similar import SHORTEST, THRESHOLD, pair_by_likeness

QUIET = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
WORDS = st.lists(
    st.sampled_from(
        ["alpha", "bravo", "charlie", "delta", "echo", "foxtrot", "golf", "hotel", "india", "juliet"]
    ),
    min_size=3,
    max_size=8,
)
TEXTS = st.lists(WORDS.map(" ".join), max_size=7)


def jaccard(left: str, right: str) -> float:
    """The Jaccard index of the sets of 4 characters, by definition."""
    one, other = ({text[at : at + 4] for at in range(len(text) - 3)} for text in (left, right))
    return len(one & other) / len(one | other)


def frame(texts: list[str]) -> pl.DataFrame:
    return pl.DataFrame({"at": range(len(texts)), "t": texts}, schema={"at": pl.UInt32, "t": pl.String})


@QUIET
@given(old=TEXTS, new=TEXTS)
def test_pairs_are_the_greedy_matching_by_exact_similarity(old: list[str], new: list[str]) -> None:
    old, new = ([text for text in side if len(text) >= SHORTEST] for side in (old, new))
    alike = [(jaccard(left, right), left, right) for left in old for right in new]
    expected: list[tuple[float, str, str]] = []
    free = [Counter(old), Counter(new)]
    for similarity, left, right in sorted(alike, key=lambda pair: (-pair[0], *sorted(pair[1:]))):
        if similarity >= THRESHOLD and free[0][left] and free[1][right]:
            free[0][left] -= 1
            free[1][right] -= 1
            expected.append((similarity, left, right))
    found = pair_by_likeness(frame(old), frame(new))
    assert Counter(
        (row["similarity"], old[row["removed"]], new[row["added"]]) for row in found.iter_rows(named=True)
    ) == Counter(expected)
    mirrored = pair_by_likeness(frame(new), frame(old))
    assert Counter(
        (new[row["removed"]], old[row["added"]]) for row in mirrored.iter_rows(named=True)
    ) == Counter((right, left) for _, left, right in expected)


@pytest.mark.slow
@QUIET
@given(
    old=st.lists(
        st.text("abcdefghijklmnopqrstuvwxyz", min_size=30, max_size=30), min_size=1, max_size=12, unique=True
    ),
    fates=st.lists(st.sampled_from(["keep", "edit", "drop"]), min_size=12, max_size=12),
    seed=st.integers(0, 99),
)
def test_a_script_of_edits_without_a_key_is_recovered(
    make_plain: Any, old: list[str], fates: list[str], seed: int
) -> None:
    fates = fates[: len(old)]
    new = [
        text + (" 1" if fate == "edit" else "")
        for text, fate in zip(old, fates, strict=True)
        if fate != "drop"
    ]
    files = (
        pl.DataFrame({"t": texts, "l": ["en"] * len(texts)}, schema={"t": pl.String, "l": pl.String})
        for texts in (old, new)
    )
    before, after = (
        file.sample(fraction=1, shuffle=True, seed=seed + place) for place, file in enumerate(files)
    )
    found = compare(make_plain(before), make_plain(after))
    edits = found.changes.filter(change="edited").select("before", "after").rows()
    removed = [before["t"][at] for at in found.changes.filter(change="removed")["at_before"]]
    assert Counter(edits) == Counter(
        (text, text + " 1") for text, fate in zip(old, fates, strict=True) if fate == "edit"
    )
    assert Counter(removed) == Counter(text for text, fate in zip(old, fates, strict=True) if fate == "drop")
    assert found.summary.changes["added"] == 0 and found.summary.similar == len(edits)


def test_a_gold_row_named_by_its_content_is_edited_and_says_what_it_was(make_gold: Any) -> None:
    row = {"example_id": "b1-old", "input": "how do I pay by card", "output": "a", "split": "train"}
    new = {**row, "example_id": "b1-new", "input": "how do I pay with card"}
    found = compare(make_gold([row]), make_gold([new]))
    assert found.changes.select("change", "row", "was", "field", "before", "after").rows() == [
        ("edited", "b1-new", "b1-old", "input", row["input"], new["input"])
    ]
    assert found.changes["cause"].to_list() == ["edited in source (was b1-old; paired by likeness, 0.50)"]
    assert (
        compare(
            make_gold([{**row, "example_id": "k1"}]), make_gold([{**new, "example_id": "k2"}])
        ).summary.changes["removed"]
        == 1
    )


def test_a_gold_row_that_was_dropped_is_no_edit_of_another(make_gold: Any) -> None:
    row = {"example_id": "b1-old", "input": "how do I pay by card", "output": "a", "split": "train"}
    dropped = {
        "example_id": "b1-old",
        "stage": "dedup",
        "reason": "near_duplicate",
        "evidence": "",
        "kept_id": "b1-new",
        "score": 0.8,
    }
    found = compare(make_gold([row]), make_gold([{**row, "example_id": "b1-new"}], ledger=[dropped]))
    assert {
        change: cause.split(" (")[0] for change, cause in found.changes.select("change", "cause").rows()
    } == {
        "added": "new in source",
        "removed": "dropped: dedup/near_duplicate",
    }


def test_a_family_too_large_to_search_is_left_unpaired_and_quickly() -> None:
    left, right = (
        [f"I want to cancel order number {number:06d} {side}" for number in range(4_000)] for side in "xy"
    )
    found = pair_by_likeness(frame(left), frame(right))
    assert found["removed"].is_unique().all() and found["added"].is_unique().all()
