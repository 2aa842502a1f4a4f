"""Several columns as one text: what is there stands there, and what is not leaves no trace."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from curate.errors import AssayError
from curate.ingest.template import default_template, join, template_columns

TEMPLATES = [
    "{a}\n\n{b}",
    "Ask: {a}\nText: {b}\n\nNote: {c}",
    "{a} ({b})",
    "## Task\n{a}\n\n## Text\n{b}",
    "{c}",
]


def joined(template: str, **cells: str | None) -> str | None:
    return join(template, {name: pl.Series([cell], dtype=pl.String) for name, cell in cells.items()})[0]  # type: ignore[no-any-return]


@pytest.mark.parametrize(
    ("template", "cells", "text"),
    [
        ("{a}\n\n{b}", {"a": "x", "b": "y"}, "x\n\ny"),
        ("{a}\n\n{b}", {"a": "x", "b": ""}, "x"),
        ("{a}\n\n{b}", {"a": "x", "b": None}, "x"),
        ("{a}\n\n{b}", {"a": " \n", "b": "y"}, "y"),
        ("{a}\n\n{b}", {"a": "x\n\n", "b": "\n  y"}, "x\n\n  y"),
        ("{a}\n\n{b}", {"a": None, "b": ""}, None),
        ("Ask: {a}\nText: {b}", {"a": "x", "b": ""}, "Ask: x"),
        ("Do this.\n\n{a}\n\nText: {b}", {"a": "x", "b": None}, "Do this.\n\nx"),
        ("## Text\n{b}\n\n{a}", {"a": "x", "b": None}, "x"),
        ("{a} ({b})", {"a": "x", "b": "y"}, "x (y)"),
        ("{{{a}}}", {"a": "x"}, "{x}"),
        ("{user.text}", {"user.text": "x"}, "x"),
        ("{a: b}", {"a: b": "x"}, "x"),
    ],
)
def test_a_template_is_filled_and_what_is_empty_goes_with_its_words(
    template: str, cells: dict[str, str | None], text: str | None
) -> None:
    assert joined(template, **cells) == text


@settings(max_examples=200, deadline=None)
@given(
    st.sampled_from(TEMPLATES),
    st.lists(
        st.fixed_dictionaries(
            dict.fromkeys("abc", st.sampled_from([None, "", " ", "one", "two words", "1\n\n2"]))
        ),
        min_size=1,
        max_size=5,
    ),
)
def test_every_filled_cell_stands_in_the_text_and_no_blank_line_is_left_over(
    template: str, rows: list[dict[str, str | None]]
) -> None:
    texts = join(template, {name: pl.Series([row[name] for row in rows], dtype=pl.String) for name in "abc"})
    for row, text in zip(rows, texts, strict=True):
        cells = [row[name] for name in template_columns(template)]
        filled = [cell for cell in cells if cell and cell.strip()]
        assert (text is None) == (not filled)
        if text is not None:
            assert all(cell in text for cell in filled)
            assert "None" not in text and "\n\n\n" not in text and text == text.strip("\n")


def test_a_template_that_cannot_be_read_says_how_to_write_one() -> None:
    for template in ("{a", "a}", "no column", "{}"):
        with pytest.raises(AssayError) as caught:
            template_columns(template)
        assert "--input-template" in caught.value.fix
    assert default_template(["a", "b"]) == "{a}\n\n{b}"
