"""What listed rows say: their text, a label's input, and no value that redaction took."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Callable
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.console import Console

from curate.diff import compare, document, draw, markdown, page
from curate.diff.show.checklist import checklist
from curate.diff.show.examples import HIDDEN, without_raw

ROW = {"example_id": "r", "input": "my parcel is late", "output": "delivery", "split": "train"}


def terminal(found: Any, **options: Any) -> str:
    buffer = io.StringIO()
    draw(found, Console(file=buffer, width=400), **options)
    return buffer.getvalue()


FACES: dict[str, Callable[..., str]] = {
    "terminal": terminal,
    "markdown": lambda found, **options: markdown(found, **options).replace("\\", "").replace("&lt;", "<"),
    "html": lambda found, **options: page(found, **options).replace("\\u003c", "<").replace("\\u003e", ">"),
    "json": lambda found, **options: json.dumps(document(found, **options), ensure_ascii=False),
}


@pytest.mark.parametrize("face", FACES)
def test_added_and_removed_rows_are_shown_by_their_text(make_gold: Any, face: str) -> None:
    new = {**ROW, "example_id": "n", "input": "the <PRODUCT_1> came broken", "output": "returns"}
    found = compare(make_gold([ROW]), make_gold([new]))
    shown = FACES[face](found, show_values=True).replace("&gt;", ">")
    assert "the <PRODUCT_1> came broken → returns" in shown
    assert "my parcel is late → delivery" in shown
    hidden = FACES[face](found, show_values=False)
    assert "parcel" not in hidden and "broken" not in hidden


@pytest.mark.parametrize("face", FACES)
def test_a_label_stands_beside_its_input(make_gold: Any, face: str) -> None:
    found = compare(make_gold([ROW]), make_gold([{**ROW, "output": "orders"}]))
    assert "my parcel is late" in FACES[face](found, show_values=True)
    assert "my parcel is late" not in FACES[face](found, show_values=False)


@pytest.mark.parametrize("face", FACES)
def test_rows_of_plain_files_are_shown_by_column_on_request(make_plain: Any, face: str) -> None:
    old, new = (pl.DataFrame({"id": [at], "t": [f"order {at}"], "n": [at]}) for at in (1, 2))
    found = compare(*(make_plain(side, keys=("id",)) for side in (old, new)))
    shown = FACES[face](found, show_values=True)
    assert "t: order 1; n: 1" in shown and "t: order 2; n: 2" in shown
    assert "order 1" not in FACES[face](found, show_values=False)


def redacted(make_gold: Any, before: str, after: str) -> Any:
    edit = {"example_id": "r", "field": "input", "entity": "PERSON", "value_id": "v", "action": "replace"}
    return compare(
        make_gold([{**ROW, "raw": "x", "input": before}]),
        make_gold([{**ROW, "raw": "x", "input": after}], edits=[edit]),
    )


@pytest.mark.parametrize("face", FACES)
def test_of_a_redacted_row_only_what_may_be_raw_is_kept_back(make_gold: Any, face: str) -> None:
    found = redacted(make_gold, "please call zorblatt quux today", "please call <PERSON_1> today")
    shown = FACES[face](found, show_values=True)
    assert "zorblatt" not in shown and "quux" not in shown
    assert HIDDEN in shown and "PERSON_1" in shown and "please call" in shown
    back = compare(found.after, found.before)
    assert "zorblatt" not in FACES[face](back, show_values=True)


@pytest.mark.parametrize("face", FACES)
def test_a_renumbered_placeholder_and_a_mask_are_shown(make_gold: Any, face: str) -> None:
    found = redacted(make_gold, "<PERSON_2> wrote to <EMAIL_1>", "<PERSON_1> wrote to z•@•••••••.•••")
    shown = FACES[face](found, show_values=True)
    assert HIDDEN not in shown and "PERSON_2" in shown and "PERSON_1" in shown and "•••" in shown


def test_the_checklist_shows_what_is_to_be_read(make_gold: Any) -> None:
    new = {**ROW, "example_id": "n", "input": "the lamp came broken", "output": "returns"}
    found = compare(make_gold([ROW]), make_gold([{**ROW, "output": "orders"}, new]))
    read = [point.question for point in checklist(found) if point.about == "Rows read"]
    assert "the lamp came broken → returns" in read[0]
    assert "from “delivery” to “orders”: “my parcel is late”" in read[1]
    edit = compare(make_gold([ROW]), make_gold([{**ROW, "input": "my parcel is very late"}]))
    read = [point.question for point in checklist(edit) if point.about == "Rows read"]
    assert "Edited r input: “my parcel is {+very +}late”" in read[0]


TOKENS = st.lists(
    st.sampled_from(["call", "Ann", "<PERSON_1>", "<PERSON_2>", "<EMAIL_ADDRESS_0a1b2c>", "a•••@•••", "."]),
    max_size=12,
)
RAW = st.lists(st.integers(0, 20), max_size=3)


@settings(max_examples=200, deadline=None)
@given(tokens=st.tuples(TOKENS, TOKENS), raw=st.tuples(RAW, RAW), data=st.data())
def test_no_word_that_one_side_alone_has_is_left_and_placeholders_are(
    tokens: tuple[list[str], list[str]], raw: tuple[list[int], list[int]], data: st.DataObject
) -> None:
    sides = []
    for mark, words, values in zip("xy", tokens, raw, strict=True):
        mixed = [*words, *(f"{mark}raw{value}" for value in values)]
        sides.append(" ".join(data.draw(st.permutations(mixed))))
    shown = without_raw(*sides)
    for text, own in zip(shown, sides, strict=True):
        assert "raw" not in text
        assert re.findall("<[A-Z_0-9a-f]+>", text) == re.findall("<[A-Z_0-9a-f]+>", own)
        assert (HIDDEN in text) >= ("raw" in own)
    assert without_raw(sides[0], sides[0]) == (sides[0], sides[0])
