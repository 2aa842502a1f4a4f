"""Personal values and leaks between versions, by the records and by exact search."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from curate.diff.difference import compare
from curate.diff.measure import exposure
from curate.diff.measure.summary import FindingChange

VALUES = st.sets(
    st.tuples(st.sampled_from("rs"), st.sampled_from(["EMAIL", "PHONE"]), st.sampled_from("uvw")), max_size=8
)


def edits(values: set[tuple[str, str, str]]) -> list[dict[str, str]]:
    return [
        {"example_id": row, "field": "input", "entity": entity, "value_id": value, "action": "mask"}
        for row, entity, value in sorted(values)
    ]


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(old=VALUES, new=VALUES)
def test_values_new_fixed_and_persisting_are_the_difference_of_sets(
    make_gold: Any, old: Any, new: Any
) -> None:
    found = compare(make_gold([], edits=edits(old)), make_gold([], edits=edits(new))).summary.finding_changes
    new_by, fixed_by, persisting_by = (
        Counter(entity for _, entity, _ in values) for values in (new - old, old - new, old & new)
    )
    assert found == tuple(
        FindingChange(entity, new_by[entity], fixed_by[entity], persisting_by[entity])
        for entity in sorted({entity for _, entity, _ in old | new})
    )


def test_ids_made_with_another_key_are_not_compared(make_gold: Any) -> None:
    one = {("r", "EMAIL", "u")}
    assert (
        compare(
            make_gold([], edits=edits(one)), make_gold([], edits=edits(one), manifest={"key_id": "k2"})
        ).summary.finding_changes
        == ()
    )


def row(name: str, text: str, split: str, label: str = "a") -> dict[str, Any]:
    return {"example_id": name, "input": text, "output": label, "split": split}


TWIN = "please cancel the order that I made yesterday"
OLD = [
    row("t1", TWIN, "train"),
    row("e1", "something else altogether, thank you", "test"),
    row("t2", "my parcel has not arrived yet", "train"),
]


@pytest.mark.parametrize("most", [exposure.MOST_ROWS, 0])
@pytest.mark.parametrize(
    ("new", "pairs", "only_changed"),
    [
        ([*OLD, row("e2", TWIN + "!", "test", "b")], [("t1", "e2", True)], []),
        ([*OLD, row("t3", OLD[1]["input"].upper(), "train")], [("t3", "e1", False)], []),
        ([OLD[0], row("e1", TWIN + ".", "test"), OLD[2]], [("t1", "e1", False)], []),
        (
            [
                *OLD,
                row("t4", "hello over there, friend", "train"),
                row("e4", "hello over there, friend", "test"),
            ],
            [("t4", "e4", False)],
            [("t4", "e4", False)],
        ),
        ([*OLD[:2], row("t2", OLD[2]["input"], "validation")], [], []),
        ([*OLD[1:], row("t1", TWIN, "train", "b")], [], []),
    ],
    ids=["added to test", "added to train", "reworded", "both new", "moved out", "relabelled only"],
)
def test_new_leaks_are_pairs_with_a_changed_row(
    make_gold: Any, monkeypatch: pytest.MonkeyPatch, most: int, new: Any, pairs: Any, only_changed: Any
) -> None:
    monkeypatch.setattr(exposure, "MOST_ROWS", most)
    found = compare(make_gold(OLD), make_gold(new)).summary.leaks
    assert found is not None
    expected = pairs if most else only_changed
    assert [(leak.train_row, leak.test_row, leak.label_conflict) for leak in found.worst] == expected
    assert (found.pairs, found.held_out_rows, found.conflicting) == (
        len(expected),
        len(expected),
        sum(pair[2] for pair in expected),
    )


def test_a_leak_that_stood_before_is_not_new_and_a_move_into_test_is(make_gold: Any) -> None:
    old = [row("a", TWIN, "train"), row("b", TWIN, "train"), row("c", TWIN, "test")]
    assert compare(make_gold(old), make_gold(old)).summary.leaks.pairs == 0  # type: ignore[union-attr]
    found = compare(make_gold(old), make_gold([old[0], {**old[1], "split": "test"}, old[2]])).summary.leaks
    assert found is not None and [(leak.train_row, leak.test_row) for leak in found.worst] == [("a", "b")]


def test_a_raised_threshold_does_not_hide_what_it_lets_through(make_gold: Any) -> None:
    new = [*OLD, row("e2", TWIN + " ok", "test")]
    lax, strict = ({"params": {"dedup": {"threshold": share}}} for share in (0.8, 0.999))
    for before, after in ((lax, strict), (strict, lax)):
        found = compare(make_gold(OLD, manifest=before), make_gold(new, manifest=after)).summary.leaks
        assert found is not None and [(leak.train_row, leak.test_row) for leak in found.worst] == [
            ("t1", "e2")
        ]
    found = compare(make_gold(OLD, manifest=strict), make_gold(new, manifest=strict)).summary.leaks
    assert found is not None and not found.pairs


def test_a_plain_file_has_no_splits_and_so_no_leaks(make_plain: Any) -> None:
    import polars as pl

    frame = pl.DataFrame({"id": [1]})
    assert compare(make_plain(frame), make_plain(frame)).summary.leaks is None
