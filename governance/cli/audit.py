"""`assay audit`: the PII audit of a project."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from curate.text import plural

if TYPE_CHECKING:
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
        from governance.records.events import decided

        decided(Project.find())
        say(f"{BASELINE} written; commit it: git add {BASELINE}")
    if output is not None and output.suffix == ".parquet":
        from curate.files import write_parquet

        write_parquet(done.inventory.findings, output)
        say(f"{plural(done.inventory.findings.height, 'finding')} written to {output}")
        _print(done, shape)
    elif output is not None:
        from curate.files import write_text

        write_text(output, _document(done, shape))
        say(f"{output} written")
    else:
        _print(done, shape)
    sys.exit(0 if done.inventory.passed else 1)


def _document(done: Audit, shape: str) -> str:
    """The audit in one of the formats."""
    from curate.show import html, markdown, terminal
    from curate.show.jsontext import json_text
    from governance.audit import annotations, document

    makers: dict[str, Callable[[], str]] = {
        "json": lambda: json_text(document.as_json(done)),
        "sarif": lambda: json_text(annotations.as_sarif(done)),
        "github": lambda: annotations.as_github(done),
        "html": lambda: html.as_html(document.as_document(done)),
        "markdown": lambda: markdown.as_markdown(document.as_document(done), level=2),
        "text": lambda: terminal.as_text(document.terminal_blocks(done)),
    }
    return makers[shape]()


def _print(done: Audit, shape: str) -> None:
    from curate.show.door import commands

    if shape == "github":
        commands(_document(done, shape))
        return
    if shape != "text":
        click.echo(_document(done, shape), nl=False)
        return
    from curate.show.terminal import draw
    from governance.audit.document import terminal_blocks
    from governance.cli.rim import stdout

    draw(terminal_blocks(done), stdout())
