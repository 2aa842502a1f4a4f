"""Every face shows every fact of a document, and no text of a data set acts on any of them."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from dataclasses import replace
from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.console import Console

from curate.show.blocks import (
    DELETED,
    INSERTED,
    Answer,
    Block,
    Chart,
    Code,
    Details,
    Document,
    Figure,
    Figures,
    Heading,
    Item,
    Listing,
    Notice,
    Paragraph,
    Table,
    only,
    without_marks,
)
from curate.show.html import as_html
from curate.show.jsontext import json_text
from curate.show.markdown import as_markdown
from curate.show.terminal import as_text, draw
from tests.curate.show.strict import faults

HOSTILE = (
    "</style></script><script>alert(1)</script><img src=x onerror=alert(1)> [link](javascript:1) "
    "[red]markup[/red] | pipe `code` @all \"quote' \u202e\x1b[31m"
)


def everything(text: str) -> list[Block]:
    """Every kind of block, with `text` in each of its places."""
    table = Table(
        [text, "n", "state", "edit", "id"],
        [[text, "2", "pass", f"a {DELETED[0]}{text}{DELETED[1]}", text], [text, "0", "FAIL", text, text]],
        frozenset({1}),
        strong=frozenset({0}),
        kinds={2: "state", 3: "edit", 4: "code"},
        caption=text,
        left_out=3,
        note=text,
        bad=frozenset({1}),
    )
    return [
        Answer(text, "good", [text, ["run ", Code(text), " now"]], text),
        Heading(text, anchor=text),
        Paragraph(text, "soft"),
        Paragraph([text, " and ", Code(text)]),
        Notice(text, text, "warning", text),
        Figures([Figure(text, text, "bad")]),
        Listing([Item(text, text)]),
        Listing([Item(text)], tasks=True),
        table,
        Chart("<svg><title>t</title></svg>", [text], text),
        Details(text, [table]),
    ]


def document(text: str) -> Document:
    return Document(text, everything(text), ["about ", Code(text)], text)


def terminal(made: Document) -> str:
    return as_text(made.blocks, width=4_000)


FACES: dict[str, Callable[[Document], str]] = {
    "html": as_html,
    "markdown": as_markdown,
    "terminal": terminal,
}


def facts(block: object) -> set[str]:
    return set(re.findall(r"fact\d+", str(block)))


class Markup(HTMLParser):
    """Elements and attributes of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs


def markup(page: str) -> Markup:
    parser = Markup()
    parser.feed(page)
    return parser


@pytest.mark.parametrize("face", FACES)
def test_a_face_shows_every_text_of_every_block(face: str) -> None:
    places = iter(range(100))
    names: list[str] = []

    def fresh(value: object) -> object:
        """`value` with each text replaced by a name of its own."""
        if isinstance(value, str) and value == "X":
            names.append(f"fact{next(places)}")
            return names[-1]
        if isinstance(value, list | tuple):
            return [fresh(one) for one in value]
        if isinstance(value, Code):
            return Code(str(fresh(value.text)))
        if hasattr(value, "__dataclass_fields__"):
            return replace(
                value, **{name: fresh(getattr(value, name)) for name in value.__dataclass_fields__}
            )  # type: ignore[type-var]
        return value

    blocks = [fresh(block) for block in everything("X")]
    shown = FACES[face](Document("title", blocks))  # type: ignore[arg-type]
    # What a page alone has: names of places, words for who cannot see, charts; on a terminal, fold-outs.
    off = set(re.findall(r"(?:anchor|caption)='(fact\d+)'", str(blocks))) | facts(blocks[9])
    off |= facts(blocks[10]) if face == "terminal" else set()
    off = set() if face == "html" else off
    missing = {name for name in names if not re.search(rf"{name}\b", shown)}
    assert missing == off


def test_a_page_is_self_contained_and_its_policy_allows_its_own_style_only() -> None:
    page = as_html(document(HOSTILE))
    found = markup(page)
    assert "script" not in found.tags and "img" not in found.tags
    assert not [name for name, _ in found.attributes if name in ("src", "onerror", "style")]
    assert all(str(value).startswith("#") for name, value in found.attributes if name == "href")
    assert "<svg><title>t</title></svg>" in page, "our own charts are drawn"
    policy = next(str(value) for name, value in found.attributes if "default-src" in str(value))
    assert policy.startswith("default-src 'none'") and "unsafe" not in policy and "script-src" not in policy


def test_a_page_says_what_is_a_column_to_those_who_hear_it() -> None:
    page = as_html(document("words"))
    rows, columns = page.count('<th scope="row"'), page.count('<th scope="col"')
    assert rows > 0 and columns > 0 and page.count("<th ") == rows + columns
    assert page.count("<table") == page.count("<caption")
    bare = Table(("a",), [["1"]])
    under = as_html(Document("t", [Heading("above"), bare, Details("folded", [bare])]))
    assert re.findall(r"<caption[^>]*>(\w+)", under) == ["above", "folded"]
    assert '<caption class="unseen">words</caption>' in page
    assert '<nav aria-label="Sections">' not in page, "one section needs no list of sections"
    sections = [Heading(f"s{number}", anchor=f"s{number}") for number in range(3)]
    assert '<a href="#s2">s2</a>' in as_html(Document("t", sections))


def test_markdown_tables_survive_pipes_code_and_markup() -> None:
    text = as_markdown(document(HOSTILE))
    rows = [line for line in text.splitlines() if line.startswith("|")]
    assert rows and all(len(re.findall(r"(?<!\\)\|", row)) == 6 for row in rows)
    outside = re.sub(r"(`+)(?:(?!\1).)+\1", "", text)
    assert (
        "<img" not in outside and "](javascript" not in outside and "@all" not in outside.replace("\\@", "")
    )


def test_the_terminal_shows_hostile_markup_as_text() -> None:
    out = io.StringIO()
    draw(document(HOSTILE).blocks, Console(file=out, width=200, force_terminal=False))
    assert "[red]markup" in out.getvalue() and "\x1b" not in out.getvalue() and "\u202e" not in out.getvalue()


def test_words_of_an_edit_are_marked_in_every_face() -> None:
    cell = f"pay {DELETED[0]}by{DELETED[1]}{INSERTED[0]}with{INSERTED[1]} card"
    made = Document("t", [Table(["edit"], [[cell]], kinds={0: "edit"})])
    assert "pay <del>by</del><ins>with</ins> card" in as_html(made)
    assert "pay <del>by</del><ins>with</ins> card" in as_markdown(made)
    assert "pay [-by-]{+with+} card" in terminal(made)
    assert DELETED[0] not in without_marks(cell)


def test_only_the_asked_sections_are_kept_and_every_answer() -> None:
    blocks = [
        Answer("yes"),
        Heading("a", anchor="a"),
        Paragraph("in a"),
        Heading("under a", level=3),
        Paragraph("deeper"),
        Heading("b", anchor="b"),
        Paragraph("in b"),
    ]
    assert only(blocks, frozenset({"a"})) == blocks[:5]
    assert only(blocks, frozenset()) == blocks[:1]


@pytest.mark.parametrize("limit", [1_000, 3_000, 20_000])
def test_markdown_within_a_limit_counts_the_rows_that_it_leaves_out(limit: int) -> None:
    table = Table(["a"], [[f"row {number} {'x' * 40}"] for number in range(500)], left_out=7)
    text = as_markdown(
        Document("t", [table, Paragraph("behind")]), limit=limit, marker="<!-- m -->", cut="*cut*"
    )
    assert len(text) <= limit and text.startswith("<!-- m -->\n# t\n")
    shown = sum(line.startswith("| row") for line in text.splitlines())
    assert 0 < shown < 500
    assert f"… and {507 - shown} more" in text
    assert text.rstrip().endswith("*cut*") == ("behind" not in text)


@settings(max_examples=60, deadline=None)
@given(st.text(st.characters(codec="utf-8"), max_size=200))
def test_no_text_adds_an_element_a_table_row_or_a_control_to_any_face(text: str) -> None:
    # A column without a name has no head.
    words = "words" if text else ""
    plain_page, page = markup(as_html(document(words))), markup(as_html(document(text)))
    # An empty text draws fewer of these.
    ours = {"b", "span", "p", "li", "ul", "caption", "h2", "code", "nav", "a"}
    assert [tag for tag in page.tags if tag not in ours] == [
        tag for tag in plain_page.tags if tag not in ours
    ]
    rows = [
        sum(line.startswith("|") for line in as_markdown(document(one)).splitlines())
        for one in (text, "words")
    ]
    assert rows[0] == rows[1]
    shown = terminal(document(text)) + as_markdown(document(text))
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]", shown)
    assert not re.search(r"(?m)^::", shown)


@given(st.text(st.characters(codec="utf-8"), max_size=60))
def test_json_says_the_same_with_nothing_that_a_terminal_acts_on(text: str) -> None:
    import json

    made = json_text({"a": [text]})
    assert json.loads(made) == {"a": [text]}
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]", made)


def test_a_page_allows_what_is_inline_by_its_digest_and_nothing_else() -> None:
    page = as_html(document(HOSTILE))
    assert faults(page) == []
    assert faults(page.replace("<main>", "<main><style>a{}</style>")) != []
    assert faults(page.replace("<main>", '<main><p style="x">')) != []
    assert faults(page.replace("'none'", "'unsafe-inline'", 1)) != []
