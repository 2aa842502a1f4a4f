"""`assay why ROW`: a row's whole life."""

from __future__ import annotations

import click


@click.command()
@click.argument("row")
@click.option(
    "--format",
    "shape",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    help="How to print.",
)
def why(row: str, shape: str) -> None:
    """Tell everything that happened to ROW, an example id or the beginning of one.

    Source, findings (masked), edits, duplicates, the reason it was dropped or the split it is in, and how
    each system answered it.

    \b
    Examples:
      assay why T-000123
      assay why b1-5f2c --format json
    """
    from dataclasses import asdict

    from curate.project import Project
    from curate.text import for_rich
    from governance.cli.rim import emit_json, stdout
    from governance.life import life, resolve

    project = Project.find()
    example_id = resolve(project, row)
    events = life(project, example_id)
    if shape == "json":
        emit_json(
            {"schema": "assay.why/1", "example_id": example_id, "events": [asdict(event) for event in events]}
        )
        return
    from rich.table import Table

    table = Table(
        box=None, show_header=False, pad_edge=False, title=for_rich(example_id), title_justify="left"
    )
    for event in events:
        table.add_row(f"[bold]{event.stage}[/]", for_rich(event.what), f"[dim]{for_rich(event.evidence)}[/]")
    stdout().print(table)
