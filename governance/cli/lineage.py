"""`assay lineage`: what hangs on a row, a version or a model."""

from __future__ import annotations

from pathlib import Path

import click

# What is drawn of any NAME, then the formats of other tools, which tell of a version or a model as it stands.
_DRAWN = ("text", "json", "html")
_EXPORTS = ("openlineage", "croissant", "cyclonedx")


@click.command()
@click.argument("name")
@click.option(
    "--format",
    "shape",
    type=click.Choice([*_DRAWN, *_EXPORTS]),
    help="How to print; default: by the ending of -o, else text.",
)
@click.option("-o", "output", type=click.Path(path_type=Path, dir_okay=False), help="Write to a file.")
def lineage(name: str, shape: str | None, output: Path | None) -> None:
    """Tell which versions hold a row, which models learned from it, and which reports speak of those.

    NAME is a row's id, a version (digest, commit or tag) or a system such as lora. Read from the lock of
    every commit and from the journal, without a checkout.

    \b
    For other tools, of a version (`gold` is the one here) or a trained system:
    openlineage  what each stage read and wrote, as run events (2-0-2), a line each; of either
    croissant    the data set with its responsible-AI properties, as Croissant 1.1; of a version
    cyclonedx    base model, adapter, data set, libraries and licences, as CycloneDX 1.6; of a system

    The same version and records give the same bytes. What was changed since it was written is refused (exit
    code 1).

    \b
    Examples:
      assay lineage T-000123
      assay lineage c970cd0f99ee -o version.html
      assay lineage lora --format json
      assay lineage gold --format croissant -o croissant.json
      assay lineage lora --format cyclonedx -o bom.cdx.json
      assay lineage gold --format openlineage -o events.jsonl
    """
    from curate.files import write_text
    from curate.project import Project
    from curate.show.html import as_html
    from curate.show.jsontext import json_text
    from curate.show.terminal import draw
    from governance.cli.rim import DOCUMENTS, say, stdout
    from governance.lineage.exports.write import FORMATS, export
    from governance.lineage.show import as_document, blocks_of
    from governance.lineage.trace import trace

    project = Project.find()
    form = next((one for one in FORMATS if one == shape), None)
    shape = shape or (DOCUMENTS.get(output.suffix.lower(), "text") if output else "text")
    if form is not None:
        text = export(project, name, form)
    else:
        found = trace(project, name)
        if shape not in ("json", "html"):
            draw(blocks_of(found), stdout())
            return
        text = json_text(found.document()) if shape == "json" else as_html(as_document(found))
    if output is None:
        click.echo(text, nl=False)
    else:
        write_text(output, text)
        say(f"written: {output}")
