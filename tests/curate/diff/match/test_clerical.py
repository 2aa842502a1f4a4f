"""What differs in form only is told apart from what differs in substance."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest

from curate.diff.difference import compare


@pytest.mark.parametrize(
    ("before", "after", "form"),
    [
        ("a  b", "a b", "whitespace"),
        ("a b ", "\ta\nb", "whitespace"),
        ("caf\u00e9", "cafe\u0301", "unicode"),
        ("caf\u00e9  x", "cafe\u0301 x", "unicode"),
        ("ab", "a b", None),
        ("caf\u00e9", "cafe", None),
        ("A", "a", None),
        ("x", None, None),
    ],
)
def test_an_edit_of_form_alone_is_marked(
    make_plain: Any, before: str, after: str | None, form: str | None
) -> None:
    old, new = (
        pl.DataFrame({"id": [1], "t": [text]}, schema={"id": pl.Int64, "t": pl.String})
        for text in (before, after)
    )
    found = compare(make_plain(old, keys=("id",)), make_plain(new, keys=("id",)))
    assert found.changes["clerical"].to_list() == [form]
    assert found.summary.clerical == ({form: 1} if form else {})
    assert found.summary.substantive["edited"] == (0 if form else 1) and found.summary.changes["edited"] == 1


def test_a_label_never_changes_in_form_only(make_plain: Any) -> None:
    old, new = (pl.DataFrame({"id": [1], "l": [label]}) for label in ("a", "a "))
    summary = compare(
        make_plain(old, keys=("id",), label="l"), make_plain(new, keys=("id",), label="l")
    ).summary
    assert summary.substantive["relabelled"] == 1 and summary.clerical == {}


def test_a_row_edited_in_form_and_in_substance_is_substantive(make_plain: Any) -> None:
    old, new = (
        pl.DataFrame({"id": [1], "t": ["a b"], "u": ["x"]}),
        pl.DataFrame({"id": [1], "t": ["a  b"], "u": ["y"]}),
    )
    summary = compare(make_plain(old, keys=("id",)), make_plain(new, keys=("id",))).summary
    assert summary.substantive["edited"] == 1 and summary.clerical == {"whitespace": 1}


@pytest.mark.parametrize("keys", [("id",), ()])
def test_order_of_rows_and_columns_is_counted_and_is_no_change(
    make_plain: Any, keys: tuple[str, ...]
) -> None:
    old = pl.DataFrame({"id": [1, 2, 3], "t": ["a", "b", "c"]})
    new = old.select("t", "id")[[2, 0, 1]]
    summary = compare(make_plain(old, keys=keys), make_plain(new, keys=keys)).summary
    assert summary.empty and summary.clerical == {"column order": 1, "row order": 1}
    assert compare(make_plain(old, keys=keys), make_plain(old, keys=keys)).summary.clerical == {}
