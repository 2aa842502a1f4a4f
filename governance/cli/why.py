"""`assay why ROW`: a row's whole life."""

from __future__ import annotations

import click

from governance.cli.rim import format_option


@click.command()
@click.argument("row")
@format_option
def why(row: str, shape: str) -> None:
    """Tell everything that happened to ROW, an example id or the beginning of one.

    Source, findings (masked), edits, duplicates, the reason it was dropped (with file and line where it could
    not be read) or the split it is in, and how each system answered it. A row that the project no longer has
    is sought in old gold versions, in DVC's cache.

    \b
    Examples:
      assay why T-000123
      assay why b1-5f2c --format json
    """
    from dataclasses import asdict

    from curate.project import Project
    from curate.show.blocks import Heading, Table
    from curate.show.terminal import draw
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
    rows = [(event.stage, event.what, event.evidence) for event in events]
    draw([Heading(example_id), Table(("stage", "what", "evidence"), rows)], stdout())
