"""The diff against set algebra: random edit scripts must be recovered exactly."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import Any

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from curate.diff.difference import CHANGES, compare
from curate.errors import AssayError

QUIET = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
SPLITS = ("train", "validation", "test")
TEXT = st.text(st.characters(codec="utf-8"), max_size=8)
ROW = st.fixed_dictionaries(
    {
        "input": TEXT,
        "output": st.sampled_from("abc"),
        "split": st.sampled_from(SPLITS),
        "language": st.sampled_from(["en", None]),
    }
)
# What happens to a row on its way from one version to the next.
FATE = st.sampled_from(["keep", "drop", "vanish", "edit", "relabel", "move", "all"])
BORN = st.sampled_from(["new", "undropped"])
SWAP = {"added": "removed", "removed": "added"}


def drop(row: str) -> dict[str, Any]:
    return {
        "example_id": row,
        "stage": "dedup",
        "reason": "near_duplicate",
        "evidence": "jaccard 0.91",
        "kept_id": "twin",
        "score": 0.91,
    }


@st.composite
def edit_script(draw: st.DrawFn) -> dict[str, Any]:
    before = {f"id-{number}": draw(ROW) for number in range(draw(st.integers(0, 8)))}
    after, expected, old_ledger, new_ledger = {}, [], [], []
    for name in before:
        fate = draw(FATE)
        row: dict[str, Any] = dict(before[name])
        if fate in ("drop", "vanish"):
            expected.append(
                (
                    "removed",
                    name,
                    None,
                    None,
                    None,
                    "dropped: dedup/near_duplicate" if fate == "drop" else "gone from source",
                )
            )
            new_ledger += [drop(name)] if fate == "drop" else []
            continue
        if fate in ("edit", "all"):
            new = row["input"] + "!"
            expected.append(("edited", name, "input", row["input"], new, "edited in source"))
            row["input"] = new
        if fate in ("relabel", "all"):
            new = {"a": "b", "b": "c", "c": "a"}[row["output"]]
            expected.append(("relabelled", name, "output", row["output"], new, "relabelled in source"))
            row["output"] = new
        if fate in ("move", "all"):
            new = SPLITS[(SPLITS.index(row["split"]) + 1) % 3]
            expected.append(("moved", name, "split", row["split"], new, "the split was set otherwise"))
            row["split"] = new
        after[name] = row
    for number in range(draw(st.integers(0, 3))):
        name, born = f"new-{number}", draw(BORN)
        after[name] = draw(ROW)
        old_ledger += [drop(name)] if born == "undropped" else []
        expected.append(
            (
                "added",
                name,
                None,
                None,
                None,
                "no longer dropped: dedup/near_duplicate" if born == "undropped" else "new in source",
            )
        )
    return {
        "before": before,
        "after": after,
        "expected": expected,
        "old_ledger": old_ledger,
        "new_ledger": new_ledger,
    }


def versions(make_gold: Any, script: dict[str, Any], order: int | None = None) -> tuple[Any, Any]:
    rows = (
        [{"example_id": name, **row} for name, row in script[side].items()] for side in ("before", "after")
    )
    return (
        make_gold(
            next(rows),
            name="A",
            ledger=script["old_ledger"],
            manifest={"params": {"split": {"seed": 1}}},
            order=order,
        ),
        make_gold(
            next(rows),
            name="B",
            ledger=script["new_ledger"],
            manifest={"params": {"split": {"seed": 2}}},
            order=order,
        ),
    )


@pytest.mark.slow
@QUIET
@given(script=edit_script())
def test_a_random_edit_script_is_recovered_exactly_with_its_causes(
    make_gold: Any, script: dict[str, Any]
) -> None:
    before, after = versions(make_gold, script)
    found = compare(before, after)
    lines = list(found.changes.select("change", "row", "field", "before", "after", "reason").iter_rows())
    assert Counter(lines) == Counter(script["expected"])
    assert found.summary.unexplained == 0
    assert found.summary.changes == {
        kind: len({line[1] for line in script["expected"] if line[0] == kind})
        for kind in found.summary.changes
    }
    assert found.table.schema == CHANGES
    by_fingerprints = compare(replace(before, published=lambda: True), replace(after, published=lambda: True))
    assert by_fingerprints.changes.equals(found.changes)


@QUIET
@given(script=edit_script())
def test_a_version_differs_from_itself_in_nothing(make_gold: Any, script: dict[str, Any]) -> None:
    before, _ = versions(make_gold, script)
    found = compare(before, before)
    assert found.summary.empty and not found.changes.height


@pytest.mark.slow
@QUIET
@given(script=edit_script(), order=st.integers(0, 99))
def test_the_diff_mirrors_and_row_order_does_not_count(
    make_gold: Any, script: dict[str, Any], order: int
) -> None:
    forth = compare(*versions(make_gold, script))
    back = compare(*reversed(versions(make_gold, script, order)))
    mirrored = [
        (SWAP.get(change, change), row, field, new, old)
        for change, row, field, old, new, _ in back.table.iter_rows()
    ]
    assert Counter(mirrored) == Counter(line[:5] for line in forth.table.iter_rows())
    assert compare(*versions(make_gold, script, order)).table.equals(forth.table)


FILE_ROW = st.fixed_dictionaries(
    {"k": st.sampled_from(["1", "2", "3", None]), "x": st.sampled_from("pqr"), "y": st.sampled_from("lm")}
)
FILE = st.lists(FILE_ROW, max_size=10)
SCHEMA = {"k": pl.String, "x": pl.String, "y": pl.String}


@pytest.mark.slow
@QUIET
@given(old=FILE, new=FILE)
def test_without_a_key_the_diff_is_the_difference_of_multisets(
    make_plain: Any, old: list[dict[str, Any]], new: list[dict[str, Any]]
) -> None:
    left, right = (pl.DataFrame(rows, schema=SCHEMA) for rows in (old, new))
    changes = compare(make_plain(left), make_plain(right)).changes
    removed = [left.row(at) for at in changes.filter(change="removed")["at_before"]]
    added = [right.row(at) for at in changes.filter(change="added")["at_after"]]
    assert Counter(removed) == Counter(left.rows()) - Counter(right.rows())
    assert Counter(added) == Counter(right.rows()) - Counter(left.rows())
    assert changes["change"].is_in(["added", "removed"]).all()


@pytest.mark.slow
@QUIET
@given(old=FILE, new=FILE, seed=st.integers(0, 9))
def test_duplicate_keys_pair_one_to_one_equal_rows_first_and_are_all_reported(
    make_plain: Any, old: list[dict[str, Any]], new: list[dict[str, Any]], seed: int
) -> None:
    left, right = (pl.DataFrame(rows, schema=SCHEMA) for rows in (old, new))
    found = compare(make_plain(left, keys=("k",)), make_plain(right, keys=("k",)))
    rows_of = [Counter(frame["k"]) for frame in (left, right)]
    for key in rows_of[0].keys() | rows_of[1].keys():
        shown = [
            line
            for line in found.changes.iter_rows(named=True)
            if (
                left["k"][line["at_before"]]
                if line["at_before"] is not None
                else right["k"][line["at_after"]]
            )
            == key
        ]
        pairs = min(rows_of[0][key], rows_of[1][key])
        equal = sum(
            (
                Counter(row for row in left.rows() if row[0] == key)
                & Counter(row for row in right.rows() if row[0] == key)
            ).values()
        )
        assert sum(line["change"] == "added" for line in shown) == rows_of[1][key] - pairs
        assert sum(line["change"] == "removed" for line in shown) == rows_of[0][key] - pairs
        assert len({line["at_before"] for line in shown if line["change"] == "edited"}) == pairs - equal
    repeated = {key for count in rows_of for key, rows in count.items() if rows > 1}
    assert {key: (a, b) for key, a, b in found.duplicates.iter_rows()} == {
        key: (rows_of[0][key], rows_of[1][key]) for key in repeated
    }
    shuffled = compare(
        *(
            make_plain(frame.sample(fraction=1, shuffle=True, seed=seed), keys=("k",))
            for frame in (left, right)
        )
    )
    named = ~pl.col("row").str.starts_with("#")  # rows without a key are named by their number
    assert shuffled.table.filter(named).equals(found.table.filter(named))


def test_without_a_key_a_new_label_is_a_relabelling_and_not_a_removal_and_an_addition(
    make_plain: Any,
) -> None:
    old, new = (
        pl.DataFrame({"t": ["one", "two"], "l": ["a", "b"]}),
        pl.DataFrame({"t": ["two", "one"], "l": ["b", "c"]}),
    )
    found = compare(make_plain(old, label="l"), make_plain(new, label="l"))
    assert found.table.select("change", "row", "field", "before", "after").rows() == [
        ("relabelled", "1", "l", "a", "c")
    ]
    assert found.summary.transitions == (("a", "c", 1),)
    assert found.summary.labels == {"a": (1, 0), "b": (1, 1), "c": (0, 1)}


def test_equal_values_of_other_types_are_equal_and_the_type_is_noted(make_plain: Any) -> None:
    old = pl.DataFrame({"id": [1, 2], "n": [1, 2], "s": [5, 6]})
    new = pl.DataFrame({"id": ["1", "2"], "n": [1.0, 2.5], "s": ["5", "6"]})
    found = compare(make_plain(old, keys=("id",)), make_plain(new, keys=("id",)))
    assert found.table.select("row", "field", "before", "after").rows() == [("2", "n", "2.0", "2.5")]
    assert any("column n" in note for note in found.summary.notes)


def test_nested_and_binary_values_are_compared_by_value(make_plain: Any) -> None:
    old = pl.DataFrame({"id": [1, 2], "m": [[{"role": "user"}], None], "b": [b"\x00", b"\x01"]})
    new = pl.DataFrame({"id": [1, 2], "m": [[{"role": "bot"}], None], "b": [b"\x00", b"\xff"]})
    found = compare(make_plain(old, keys=("id",)), make_plain(new, keys=("id",)))
    assert found.table.select("row", "field", "before", "after").rows() == [
        ("1", "m", '[{"role":"user"}]', '[{"role":"bot"}]'),
        ("2", "b", "01", "ff"),
    ]


def test_null_and_the_empty_text_differ(make_plain: Any) -> None:
    old, new = (
        pl.DataFrame({"id": ["1"], "t": [value]}, schema={"id": pl.String, "t": pl.String})
        for value in (None, "")
    )
    assert compare(make_plain(old, keys=("id",)), make_plain(new, keys=("id",))).table.select(
        "before", "after"
    ).rows() == [(None, "")]


def test_columns_of_one_side_are_reported_once_and_not_per_row(make_plain: Any) -> None:
    old, new = pl.DataFrame({"id": [1], "gone": ["x"]}), pl.DataFrame({"id": [1], "come": ["y"]})
    found = compare(make_plain(old, keys=("id",)), make_plain(new, keys=("id",)))
    assert not found.changes.height
    assert (found.summary.columns_added, found.summary.columns_removed, found.summary.empty) == (
        ("come",),
        ("gone",),
        False,
    )


def test_a_compound_key_tells_its_parts_apart(make_plain: Any) -> None:
    old = pl.DataFrame({"a": ["x", "xy"], "b": ["yz", "z"], "t": ["1", "2"]})
    new = old.with_columns(t=pl.Series(["1", "3"]))
    assert compare(make_plain(old, keys=("a", "b")), make_plain(new, keys=("a", "b"))).table.select(
        "row", "before", "after"
    ).rows() == [("xy|z", "2", "3")]


@pytest.mark.parametrize(("keys", "label", "role"), [(("no",), None, "key"), (("id",), "no", "label")])
def test_a_missing_column_is_named_with_the_choice(
    make_plain: Any, keys: tuple[str, ...], label: str | None, role: str
) -> None:
    frame = pl.DataFrame({"id": [1], "t": ["x"]})
    with pytest.raises(AssayError, match=f"no column 'no' to use as {role}") as error:
        compare(make_plain(frame, keys=keys, label=label), make_plain(frame, keys=keys, label=label))
    assert "id, t" in error.value.fix


def test_a_plain_file_is_not_compared_with_a_gold_version(make_gold: Any, make_plain: Any) -> None:
    with pytest.raises(AssayError, match="plain file"):
        compare(make_gold([]), make_plain(pl.DataFrame({"id": [1]})))
