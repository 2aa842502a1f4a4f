"""`assay audit`: the PII audit of a project."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from rich.console import Console

    from governance.audit.project import Audit

SHAPES = ("text", "json", "markdown", "html", "github", "sarif")


@click.command()
@click.argument("revision", metavar="[REV]", required=False)
@click.option(
    "--format", "shape", type=click.Choice(SHAPES), help="How to print.  [default: by -o's name, else text]"
)
@click.option(
    "-o",
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write there instead of stdout; a name that ends in .parquet gets every finding with its standing.",
)
@click.option(
    "--write-baseline",
    is_flag=True,
    help="Record what is found now in decisions/pii-baseline.json: only new findings block then.",
)
def audit(revision: str | None, shape: str | None, output: Path | None, write_baseline: bool) -> None:
    """What personal data is in the project, what was done about it, and what still waits for a person.

    Inventory by entity, field and source, verified findings first; what is new, gone and persisting since the
    git revision REV, else since the committed baseline. No text is read and no value is shown. Exit code 1
    while unreviewed findings stand over policy: kept by `params.redact` without a verdict, or on a verdict
    that has expired. `params.audit` says which entities may stay and from which score a finding is certain
    enough.

    \b
    Examples:
      assay audit
      assay audit v1.2                         # what is new since that tag
      assay audit -o audit.html
      assay audit -o audit.sarif               # for code scanning
      assay audit --write-baseline             # accept what stands; git add decisions
      assay audit -o findings.parquet          # every finding and its standing
    """
    from datetime import date

    from curate.project import Project
    from governance.audit import project
    from governance.cli.rim import DOCUMENTS, say

    shape = shape or (DOCUMENTS | {".sarif": "sarif"}).get(output.suffix.lower() if output else "", "text")
    done = project.audit(Project.find(), date.today(), revision, renew_baseline=write_baseline)
    if write_baseline:
        from governance.audit.since import BASELINE

        say(f"{BASELINE} written; commit it: git add {BASELINE}")
    if output is not None and output.suffix == ".parquet":
        from curate.files import write_parquet

        write_parquet(done.inventory.findings, output)
        say(f"{done.inventory.findings.height:,} findings written to {output}")
        _print(done, shape)
    elif output is not None:
        from curate.files import write_text

        write_text(output, _document(done, shape) if shape != "text" else _as_text(done))
        say(f"{output} written")
    else:
        _print(done, shape)
    sys.exit(0 if done.inventory.passed else 1)


def _document(done: Audit, shape: str) -> str:
    """The audit in a format that is a document."""
    from curate.files import dump_json
    from governance.audit import annotations, document

    if shape == "json":
        return dump_json(document.as_json(done))
    if shape == "sarif":
        return dump_json(annotations.as_sarif(done))
    if shape == "github":
        return "\n".join(annotations.as_github(done)) + "\n"
    return document.as_html(done) if shape == "html" else document.as_markdown(done)


def _print(done: Audit, shape: str) -> None:
    from governance.cli.rim import stdout

    if shape == "text":
        _show(done, stdout())
    else:
        click.echo(_document(done, shape), nl=False)


def _as_text(done: Audit) -> str:
    """What the terminal shows, without colours."""
    import io

    from rich.console import Console

    written = io.StringIO()
    _show(
        done,
        Console(file=written, highlight=False, emoji=False, soft_wrap=True, width=160, color_system=None),
    )
    return written.getvalue()


def _show(done: Audit, console: Console) -> None:
    from rich.table import Table

    from curate.text import for_rich
    from governance.audit.words import fix, grids, headline

    for grid in grids(done):
        table = Table(
            title=for_rich(grid.title), title_justify="left", title_style="bold", box=None, pad_edge=False
        )
        for at, column in enumerate(grid.columns):
            table.add_column(
                for_rich(column), justify="right" if at in grid.numeric else "left", overflow="fold"
            )
        for row in grid.rows:
            table.add_row(*map(for_rich, row))
        console.print(table)
        console.print(f"[dim]{for_rich(grid.note)}[/]\n" if grid.note else "")
    for note in done.notes:
        console.print(f"[yellow]{for_rich(note, 300)}[/]")
    passed = done.inventory.passed
    console.print(
        f"[{'green' if passed else 'red'}]{'pass' if passed else 'FAIL'}[/] {for_rich(headline(done), 400)}"
    )
    if fix(done):
        console.print(f"[bold]{for_rich(fix(done), 300)}[/]")
