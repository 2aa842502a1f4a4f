"""Whatever typing does to a row, its spans stay on their values."""

from __future__ import annotations

import random

from hypothesis import given
from hypothesis import strategies as st

from recipes.name_tagger.conll import row as conll_row
from recipes.name_tagger.rows import Row, cased, join, spaced, tidy, typed

_pieces = st.lists(
    st.tuples(
        st.sampled_from(
            ["Hi ", "please ask ", ", ", " about it", "Ann Lee", "J", ". ", "Leeds", " ", "", "the order "]
        ),
        st.none(),
    )
    | st.tuples(st.sampled_from(["Ann", "Bo Li", "Zoë"]), st.just("PER")),
    max_size=7,
)


@given(pieces=_pieces)
def test_joined_pieces_keep_their_values(pieces: list[tuple[str, str | None]]) -> None:
    row = join(pieces)
    wanted = "".join(part.replace(" ", "") for part, kind in pieces if kind)
    assert (
        "".join(row.text[start:end].replace(" ", "").replace(".", "") for start, end, _ in row.spans)
        == wanted
    )
    assert "  " not in row.text


@given(pieces=_pieces, seed=st.integers(0, 500))
def test_slips_and_letter_case_leave_names_where_they_are(
    pieces: list[tuple[str, str | None]], seed: int
) -> None:
    row, rng = join(pieces), random.Random(seed)
    changed = cased(typed(row, rng), rng)
    assert changed.spans == row.spans
    assert [changed.text[a:b].lower() for a, b, _ in changed.spans] == [
        row.text[a:b].lower() for a, b, _ in row.spans
    ]


@given(pieces=_pieces)
def test_marks_set_apart_leave_values_what_they_are(pieces: list[tuple[str, str | None]]) -> None:
    row = join(pieces)
    apart = spaced(row)
    assert apart.text.replace(" ", "") == row.text.replace(" ", "")
    assert [apart.text[a:b].replace(" ", "") for a, b, _ in apart.spans] == [
        row.text[a:b].replace(" ", "") for a, b, _ in row.spans
    ]


def test_marks_stand_apart() -> None:
    assert spaced(Row("Where's Ann? Ok...", [(8, 11, "PER")])) == Row(
        "Where ' s Ann ? Ok . . .", [(10, 13, "PER")]
    )


def test_a_doubled_space_goes_and_the_span_moves_along() -> None:
    assert tidy(Row("hi  Ann , ok", [(4, 7, "PER")])) == Row("hi Ann, ok", [(3, 6, "PER")])


def test_an_initial_and_a_surname_are_one_name() -> None:
    assert join([("J", "PER"), (". ", None), ("Smith", "PER")]).spans == [(0, 8, "PER")]
    assert join([("Ann", "PER"), (". ", None), ("Smith", "PER")]).spans == [(0, 3, "PER"), (5, 10, "PER")]


def test_columns_become_a_row_with_spans() -> None:
    made = conll_row([("RT", "O"), ("Ann", "B-PER"), ("Lee", "I-PER"), ("in", "O"), ("Leeds", "B-LOC")])
    assert made == Row("RT Ann Lee in Leeds", [(3, 10, "PER"), (14, 19, "LOC")])
