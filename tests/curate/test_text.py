import re

from hypothesis import given
from hypothesis import strategies as st
from rich.markup import render

from curate.text import for_csv, for_html, for_markdown, for_rich, mask, plain


@given(st.text(max_size=300))
def test_shown_text_holds_no_controls_and_stays_on_one_line(text: str) -> None:
    shown = plain(text)
    assert len(shown) <= 160 and "\n" not in shown
    assert not re.search("[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", shown)
    assert not shown.startswith("::")


@given(st.text(alphabet="[]/\\ab d[red]", max_size=40))
def test_rich_shows_hostile_markup_as_it_stands(text: str) -> None:
    shown = render(f"[bold]{for_rich(text)}[/]")
    assert len(shown.spans) <= 1, "no tag of the text's own is obeyed"
    assert shown.plain.replace("\\", "") == plain(text).replace("\\", ""), (
        "nothing but a backslash may be lost"
    )


def test_html_and_markdown_are_neutralised() -> None:
    hostile = '<script>alert(1)</script> [x](javascript:1) @team `code` <img src=x onerror="y">'
    assert "<" not in for_html(hostile) and '"' not in for_html(hostile)
    shown = for_markdown(hostile)
    assert "<script" not in shown and "](" not in shown and not re.search(r"(?<!\\)@", shown)


def test_workflow_commands_and_formulas_are_neutralised() -> None:
    assert "::" not in plain("::set-output name=x::y").split("name")[0]
    assert for_csv("=HYPERLINK(1)").startswith("'=")


@given(st.text(min_size=5, max_size=60))
def test_a_mask_keeps_at_most_the_first_letter(value: str) -> None:
    shown = mask(value)
    letters = [c for c in shown if c.isalnum() and c not in "U+0123456789ABCDEF"]
    assert len(letters) <= 1


def test_a_mask_keeps_the_form() -> None:
    assert mask("jo@example.com") == "j•@•••••••.•••"
    assert mask("07700 900123") == "••••• ••••••"
