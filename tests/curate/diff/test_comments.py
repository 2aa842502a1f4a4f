"""Lines of `decisions/comments.jsonl`: what is kept, what is refused, what still stands."""

from __future__ import annotations

from dataclasses import asdict, replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from curate.diff.comments import FILE, Comment, append_comments, line_digest, read_comments, still_said
from curate.errors import AssayError
from curate.files import canonical_json

LINE = Comment("a" * 24, "b" * 24, "c" * 24, "d" * 24, "as agreed", "Ada", "2026-05-04", "61d051ed")


def test_what_is_written_is_read_again(tmp_path: Path) -> None:
    whole = replace(LINE, row="", changes="", reviewer="Ben")
    append_comments(tmp_path, [LINE, whole])
    append_comments(tmp_path, [LINE])
    assert read_comments(tmp_path) == [whole, LINE]  # each once, the last of two equal ones
    append_comments(tmp_path, [replace(LINE, text="", over=(line_digest(LINE),))])
    assert still_said(read_comments(tmp_path)) == [whole]
    append_comments(tmp_path, [replace(whole, text="", over=(line_digest(whole),), reviewer="Ada")])
    assert still_said(read_comments(tmp_path)) == [whole]  # another's


BAD = [
    {"row": "x"},
    {"row": ""},
    {"changes": ""},
    {"before": ""},
    {"after": "é" * 24},
    {"text": ""},
    {"text": " "},
    {"text": "x" * 1_001},
    {"text": 3},
    {"reviewer": " "},
    {"date": "yesterday"},
    {"date": "2999-01-01"},
    {"key_id": "ab"},
    {"over": ["0" * 16]},
    {"over": "0" * 16},
    {"more": "x"},
]


@pytest.mark.parametrize("change", BAD, ids=str)
def test_a_line_of_another_form_is_refused_and_not_shown(tmp_path: Path, change: dict[str, object]) -> None:
    path = tmp_path / FILE
    path.parent.mkdir()
    path.write_text(canonical_json({**asdict(LINE), **change}) + "\n")
    with pytest.raises(AssayError, match=r"comments\.jsonl line 1") as error:
        read_comments(tmp_path)
    assert "as agreed" not in str(error.value)


@pytest.mark.parametrize("text", ["ask kim@example.com", "call 07700 900123", "at SW4 9AA"])
def test_an_address_or_a_number_is_refused_before_any_detector_is_asked(tmp_path: Path, text: str) -> None:
    with pytest.raises(AssayError, match="personal value") as error:
        append_comments(tmp_path, [replace(LINE, text=text)])
    assert text not in str(error.value) and not (tmp_path / FILE).exists()


@settings(max_examples=60)
@given(st.lists(st.tuples(st.sampled_from(["Ada", "Ben"]), st.booleans(), st.integers(0, 2)), max_size=12))
def test_what_still_stands_is_what_a_set_says(steps: list[tuple[str, bool, int]]) -> None:
    lines: list[Comment] = []
    model: dict[tuple[str, int], None] = {}
    for who, back, number in steps:
        line = replace(LINE, text=f"number {number}", reviewer=who, date=date.today().isoformat())
        if back:
            lines.append(replace(line, text="", over=(line_digest(line),)))
            model.pop((who, number), None)
        else:
            lines.append(line)
            model[who, number] = None
    once = list(dict.fromkeys(reversed(lines)))[::-1]  # as they are read
    assert {(line.reviewer, int(line.text[-1])) for line in still_said(once)} == set(model)
