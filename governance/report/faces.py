"""A `Document` as an HTML page, as Markdown and on the terminal. Everything shown is escaped by the face that
shows it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from curate.text import for_markdown, for_rich
from governance.report.document import Document, Table, Text

if TYPE_CHECKING:
    from rich.console import Console

# In Markdown and on a terminal a folded table shows its first rows only.
FOLDED_ROWS = 10


def as_html(document: Document) -> str:
    """One self-contained page: no script, no request, styles inline, opens from disk."""
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("governance.report", ""),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("page.html").render(f=document)


def as_markdown(document: Document) -> str:
    """The report as GitHub-flavoured Markdown, without the charts."""

    def cell(text: str) -> str:
        return for_markdown(text, 400)

    out = [
        f"# {cell(document.task.name)}",
        "",
        f"{document.task.kind} · gold version `{document.version}` · {document.rows_line}",
        "",
        cell(document.task.behaviour),
        "",
    ]
    if document.verdict:
        out += [
            f"**Verdict: {document.verdict.title}**",
            "",
            *(f"- {cell(reason)}" for reason in document.verdict.reasons),
            "",
        ]
    else:
        out += [document.no_comparison, ""]
    for section in document.sections:
        out += [f"## {section.title}", ""]
        for part in section.parts:
            if isinstance(part, Text):
                out += [cell(part.text), ""]
            elif isinstance(part, Table):
                rows = part.rows[:FOLDED_ROWS] if part.folded else part.rows
                ruler = ["---:" if i in part.numeric else "---" for i in range(len(part.columns))]
                if part.folded:
                    out += [
                        f"{cell(part.folded)}"
                        + (f" (first {len(rows)})" if len(rows) < len(part.rows) else ""),
                        "",
                    ]
                out += [
                    "| " + " | ".join(line) + " |"
                    for line in (
                        [cell(c) for c in part.columns],
                        ruler,
                        *([cell(c) for c in row] for row in rows),
                    )
                ] + [""]
    return "\n".join(out)


def show(document: Document, console: Console, *, only: frozenset[str] | None = None) -> None:
    """Print the report, or only the sections whose anchors are in `only`."""
    from rich.table import Table as Grid

    for section in document.sections:
        if only is not None and section.anchor not in only:
            continue
        console.print(f"\n[bold]{for_rich(section.title)}[/]")
        for part in section.parts:
            if isinstance(part, Text):
                console.print(for_rich(part.text, 600))
            elif isinstance(part, Table) and not part.folded:
                grid = Grid(box=None, pad_edge=False)
                for i, column in enumerate(part.columns):
                    grid.add_column(
                        for_rich(column), justify="right" if i in part.numeric else "left", overflow="fold"
                    )
                for i, row in enumerate(part.rows):
                    grid.add_row(
                        *(for_rich(cell) for cell in row), style="bold" if i in part.strong else None
                    )
                console.print(grid)
    if document.verdict:
        console.print(f"\n[bold]Verdict: {for_rich(document.verdict.title)}[/]")
        for reason in document.verdict.reasons:
            console.print(f"  • {for_rich(reason, 600)}")
