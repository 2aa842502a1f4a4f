import io
import re

from rich.console import Console

from curate.task import TaskCard
from governance.report.document import Chart, Document, Section, Table, Text, Verdict
from governance.report.faces import as_html, as_markdown, show

HOSTILE = "<img src=x onerror=alert(1)> [link](javascript:1) [red]markup[/red] | pipe"
CARD = TaskCard.model_validate(
    {
        "name": HOSTILE,
        "kind": "classification",
        "behaviour": "b",
        "metric": {"name": "accuracy", "target": 0.5},
    }
)
DOCUMENT = Document(
    task=CARD,
    version="abc123",
    rows_line="1 train",
    verdict=Verdict("Fine-tune", [HOSTILE]),
    sections=[
        Section(
            "s",
            "Section",
            [
                Text("words"),
                Chart("<svg><title>t</title></svg>"),
                Table(["a", "b"], [[HOSTILE, "2"]], frozenset({1})),
            ],
        )
    ],
)


def test_the_page_is_self_contained_and_escapes_everything() -> None:
    page = as_html(DOCUMENT)
    assert "<img" not in page and "<script" not in page
    assert not re.search(r"(src|href)=[\"']?https?:", page), "no request leaves the page"
    assert "<svg><title>t</title></svg>" in page, "our own charts are drawn"
    assert "default-src 'none'" in page


def test_markdown_tables_survive_pipes_and_markup() -> None:
    text = as_markdown(DOCUMENT)
    row = next(line for line in text.splitlines() if "2 |" in line)
    assert len(re.findall(r"(?<!\\)\|", row)) == 3
    assert "<img" not in text and "](javascript" not in text


def test_the_terminal_shows_hostile_markup_as_text() -> None:
    out = io.StringIO()
    show(DOCUMENT, Console(file=out, width=200, force_terminal=False))
    assert "[red]markup" in out.getvalue()


def test_only_the_asked_sections_are_shown() -> None:
    out = io.StringIO()
    show(DOCUMENT, Console(file=out, width=200), only=frozenset())
    assert "words" not in out.getvalue() and "Fine-tune" in out.getvalue()
