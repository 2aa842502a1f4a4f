"""`assay status`: one screen."""

from __future__ import annotations

import click

from governance.cli.rim import format_option


@click.command()
@format_option
def status(shape: str) -> None:
    """Show the task, the gold version, findings, metrics, the verdict, models and what is due, on one screen.

    \b
    Example:
      assay status
    """
    from dataclasses import asdict
    from datetime import date

    from curate.project import Project
    from curate.text import for_rich
    from governance.cli.rim import WHOLE, emit_json, stdout
    from governance.status import overview

    lines = overview(Project.find(), date.today())
    if shape == "json":
        emit_json({"schema": "assay.status/1", "lines": [asdict(line) for line in lines]})
        return
    from rich.table import Table

    table = Table(box=None, show_header=False, pad_edge=False)
    for line in lines:
        table.add_row(
            f"[bold]{line.name}[/]",
            for_rich(line.message, WHOLE) + (f"\n[yellow]{for_rich(line.due, WHOLE)}[/]" if line.due else ""),
        )
    stdout().print(table)
