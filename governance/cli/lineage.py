"""`assay lineage`: what hangs on a row, a version or a model."""

from __future__ import annotations

from pathlib import Path

import click


@click.command()
@click.argument("name")
@click.option(
    "--format",
    "shape",
    type=click.Choice(["text", "json", "html"]),
    help="How to print; default: by the ending of -o, else text.",
)
@click.option("-o", "output", type=click.Path(path_type=Path, dir_okay=False), help="Write to a file.")
def lineage(name: str, shape: str | None, output: Path | None) -> None:
    """Tell which versions hold a row, which models learned from it, and which reports speak of those.

    NAME is a row's id, a version (digest, commit or tag) or a system such as lora. Read from the lock of
    every commit and from the journal, without a checkout.

    \b
    Examples:
      assay lineage T-000123
      assay lineage c970cd0f99ee -o version.html
      assay lineage lora --format json
    """
    from curate.files import write_text
    from curate.project import Project
    from curate.show.html import as_html
    from curate.show.jsontext import json_text
    from curate.show.terminal import draw
    from governance.cli.rim import DOCUMENTS, say, stdout
    from governance.lineage.show import as_document, blocks_of
    from governance.lineage.trace import trace

    found = trace(Project.find(), name)
    shape = shape or (DOCUMENTS.get(output.suffix.lower(), "text") if output else "text")
    text = (
        json_text(found.document())
        if shape == "json"
        else as_html(as_document(found))
        if shape == "html"
        else None
    )
    if text is None:
        draw(blocks_of(found), stdout())
    elif output is None:
        click.echo(text, nl=False)
    else:
        write_text(output, text)
        say(f"written: {output}")
