"""What a reviewer sees: hostile text neutralised, personal data kept back, comments that fit."""

from __future__ import annotations

import io
import json
import re
from typing import Any

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rich.console import Console

from curate.diff import compare, document, draw, markdown
from curate.diff.show.comment import MARKER
from curate.diff.show.excerpt import marked, stretches
from curate.show.blocks import DELETED, INSERTED

HOSTILE = "<img src=x> [red]x[/] | @all ::set-output\u202e\x1b[31m `code`"


def hostile(make_plain: Any, rows: int = 3, width: int = 1) -> Any:
    old = pl.DataFrame(
        {
            "id": [f"{HOSTILE}{number}" for number in range(rows)],
            "t": ["a" * width] * rows,
            "l": [f"{HOSTILE}{number}" for number in range(rows)],
        }
    )
    new = old.with_columns(pl.lit(HOSTILE * width).alias("t"), pl.lit(HOSTILE).alias("l"))
    return compare(*(make_plain(frame, keys=("id",), label="l", name=HOSTILE) for frame in (old, new)))


def terminal(difference: Any, **options: Any) -> str:
    buffer = io.StringIO()
    draw(difference, Console(file=buffer, width=400), **options)
    return buffer.getvalue()


def test_hostile_text_is_neutralised_everywhere(make_plain: Any) -> None:
    found = hostile(make_plain)
    comment, shown = markdown(found, show_values=True), terminal(found, show_values=True)
    for text in (comment, shown):
        assert "\x1b" not in text and "\u202e" not in text and "\n::" not in text and " ::" not in text
    assert "<img" not in comment and "[red]" not in comment
    assert "[red]x[/]" in shown  # shown as written, not taken for markup
    columns = [len(re.findall(r"(?<!\\)\|", line)) for line in comment.splitlines() if line.startswith("|")]
    rules = [line for line in comment.splitlines() if re.fullmatch(r"[| :\-]+", line)]
    assert rules and len(columns) > 2 * len(rules) - 1


@pytest.mark.parametrize("limit", [1000, 5000, 60_000])
def test_a_comment_fits_its_limit_and_says_what_was_cut(make_plain: Any, limit: int) -> None:
    comment = markdown(hostile(make_plain, rows=250, width=50), samples=1000, show_values=True, limit=limit)
    assert comment.startswith(MARKER) and len(comment) <= limit
    assert "-o changes.parquet" in comment or "more" in comment


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    texts=st.lists(st.text(st.characters(codec="utf-8"), max_size=300), min_size=1, max_size=20, unique=True),
    limit=st.integers(1000, 4000),
)
def test_no_text_makes_a_comment_too_long_or_breaks_a_table(
    make_plain: Any, texts: list[str], limit: int
) -> None:
    frame = pl.DataFrame({"id": texts, "l": texts})
    found = compare(
        make_plain(frame, keys=("id",), label="l"),
        make_plain(frame.with_columns(l=pl.lit("x")), keys=("id",), label="l"),
    )
    comment = markdown(found, samples=50, show_values=True, limit=limit)
    assert len(comment) <= limit
    assert all(
        line.startswith(("|", "*", "#", "<!--", "…", ">"))
        or not line
        or "explained" in line
        or "no row differs" in line
        for line in comment.split("\n")
    )


def test_values_of_plain_files_are_shown_on_request_only(make_plain: Any) -> None:
    old, new = (
        pl.DataFrame({"id": [1], "t": ["order 900123"]}),
        pl.DataFrame({"id": [1], "t": ["order 900456"]}),
    )
    found = compare(make_plain(old, keys=("id",)), make_plain(new, keys=("id",)))
    hidden, shown = (
        [
            terminal(found, show_values=values),
            markdown(found, show_values=values),
            json.dumps(document(found, show_values=values)),
        ]
        for values in (False, True)
    )
    assert not any("900" in text for text in hidden)
    assert all("900123" in text and "900456" in text for text in shown)


def test_what_redaction_took_out_is_never_shown(make_gold: Any) -> None:
    edit = {"example_id": "r", "field": "input", "entity": "PHONE", "value_id": "v", "action": "replace"}
    row = {"example_id": "r", "raw": "07700 900123", "output": "a", "split": "train"}
    found = compare(
        make_gold([{**row, "input": "07700 900123"}]), make_gold([{**row, "input": "<PHONE>"}], edits=[edit])
    )
    for text in (
        terminal(found, show_values=True),
        markdown(found, show_values=True),
        json.dumps(document(found, show_values=True)),
    ):
        assert "900123" not in text and "PHONE replace" in text


def test_the_json_says_its_schema_all_counts_and_lists_as_many_changes_as_asked(make_gold: Any) -> None:
    rows = [
        {"example_id": f"r{number}", "input": "x", "output": "a", "split": "train"} for number in range(5)
    ]
    whole = json.loads(
        json.dumps(document(compare(make_gold(rows), make_gold([])), limit=2), allow_nan=False)
    )
    assert (whole["schema"], whole["changes_total"], whole["changes_listed"], len(whole["changes"])) == (
        "assay.diff/1",
        5,
        2,
        2,
    )
    assert whole["summary"]["changes"] == {"added": 0, "removed": 5, "edited": 0, "relabelled": 0, "moved": 0}
    assert whole["summary"]["splits"]["train"] == [5, 0]


def test_unexplained_changes_come_first_and_are_said_in_the_verdict(make_gold: Any) -> None:
    rows = [
        {"example_id": f"r{number}", "input": "x", "output": "a", "split": "train"} for number in range(5)
    ]
    found = compare(make_gold(rows), make_gold([{**rows[0], "split": "test"}]))
    shown = terminal(found)
    assert "1 UNEXPLAINED" in shown.splitlines()[0]
    assert shown.index("unexplained") < shown.index("gone from source")


@given(
    left=st.text(max_size=400),
    right=st.text(max_size=400),
    head=st.text(max_size=300),
    limit=st.integers(40, 300),
)
def test_an_excerpt_is_made_of_parts_of_its_texts_and_shows_the_first_difference(
    left: str, right: str, head: str, limit: int
) -> None:
    before, after = head + "<" + left, head + ">" + right
    shown = stretches(before, after, limit)
    allowed = {"equal": (before, after), "delete": (before,), "insert": (after,)}
    for op, text in shown:
        ends = text.split("…") if "…" not in before + after else [text.strip("…")]
        assert all(part in whole for part in ends for whole in allowed[op]) or "…" in before + after
    assert next(text for op, text in shown if op != "equal")
    assert sum(len(text) for _, text in shown) <= 2 * limit + 150


@given(before=st.text(max_size=200), after=st.text(max_size=200), limit=st.integers(20, 300))
def test_every_mark_that_is_opened_is_closed_whatever_the_text_holds(
    before: str, after: str, limit: int
) -> None:
    cell = marked(before + DELETED[0], INSERTED[1] + after, limit)
    signs = [sign for sign in cell if sign in "".join((*DELETED, *INSERTED))]
    assert len(signs) % 2 == 0 and all(
        (one, other) in (DELETED, INSERTED) for one, other in zip(signs[::2], signs[1::2], strict=True)
    )
