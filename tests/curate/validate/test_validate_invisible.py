"""Invisible characters are taken out where no script needs them; the row stays and the edit is counted."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from curate.validate.invisible import invisible_characters, visible
from curate.validate.params import ValidateParams
from curate.validate.stage import validate

HIDDEN = "\u200b\u00ad\ufeff\u2060\u2063\u206f\u200e\u202a\u2066\u200d\u200c\U000e0041"


def bare(text: str) -> str:
    return str(pl.DataFrame({"input": [text]}).select(visible("input")).item())


@pytest.mark.parametrize("character", list(HIDDEN))
def test_what_nobody_sees_goes_from_latin_text(character: str) -> None:
    for text in (f"some{character}thing", f"{character}something", f"something{character}"):
        assert bare(text) == "something"
    assert bare(f"a{character}b{character}c{character}d") == "abcd"


@pytest.mark.parametrize(
    "text",
    [
        "می‌خواهم",  # Persian, zero-width non-joiner
        "क्‍ष",  # Hindi, zero-width joiner
        "👩‍💻 at work",  # emoji sequence
        "❤️‍🔥",
        "🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f",  # the flag of England
        "ភាសា​ខ្មែរ",  # Khmer, zero-width space between words
        "\u200fשלום, Dana\u200e",
        "\u2067مرحبا\u2069 hello",
        "plain\ttext\r\n",
        "non\u00a0breaking",
    ],
)
def test_what_a_script_or_an_emoji_needs_stays(text: str) -> None:
    assert bare(text) == text


@given(st.lists(st.sampled_from([*HIDDEN, "a", "b", " ", "é", "7", "م", "👩", "ក", "."]), max_size=20))
def test_only_invisible_characters_go_and_twice_is_once(parts: list[str]) -> None:
    text = "".join(parts)
    once = bare(text)
    assert bare(once) == once
    shown = [character for character in text if character not in HIDDEN]
    assert [character for character in once if character not in HIDDEN] == shown
    counted = pl.DataFrame({"input": [text]}).select(invisible_characters("input")).item()
    assert counted == len(text) - len(once)


def test_a_row_is_cleaned_and_kept_and_the_edit_counted(examples: Any, card: Any) -> None:
    rows = examples(["A long\u200b story with a soft\u00ad hyphen", "clean"], ["bill\u200bing", "billing"])
    result = validate(rows, card("classification", labels=["billing"]))
    assert result.kept["input"].to_list() == ["A long story with a soft hyphen", "clean"]
    assert result.kept["output"].to_list() == ["billing", "billing"]
    assert result.tables["edits"].rows() == [
        ("r0", "input", "invisible_characters", 2),
        ("r0", "output", "invisible_characters", 1),
    ]
    assert result.report["edited"] == 1 and result.report["warned"] == 0
    assert result.report["notes"] == ["1 put right: invisible_characters 1"]


def test_off_leaves_the_text_as_it_is(examples: Any, card: Any) -> None:
    rows = examples(["A long\u200b story"], ["a"])
    off = ValidateParams.model_validate({"rules": {"invisible_characters": "off"}})
    assert validate(rows, card("classification"), off).kept["input"].to_list() == ["A long\u200b story"]


def test_a_row_whose_output_counts_characters_is_not_cleaned(examples: Any, card: Any) -> None:
    rows = examples(["a\u200bb c", "a\u200bb c"], ['{"start": 4, "end": 5}', '{"word": "c"}'])
    result = validate(rows, card("extraction"))
    assert result.kept["input"].to_list() == ["a\u200bb c", "ab c"]
    assert result.report["warnings"] == {"invisible_characters": 1}


def test_a_label_of_the_card_is_never_rewritten(examples: Any, card: Any) -> None:
    rows = examples(["some text"], ["odd\u200blabel"])
    assert validate(rows, card("classification", labels=["odd\u200blabel"])).kept.height == 1
