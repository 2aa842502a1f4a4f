"""`assay verify`: is what lies here what was made?"""

from __future__ import annotations

import sys

import click

from governance.cli.rim import format_option


@click.command()
@click.argument("parts", nargs=-1, type=click.Choice(["gold", "models", "records"]))
@format_option
def verify(parts: tuple[str, ...], shape: str) -> None:
    """Compare every file of gold, models and records with the digests that were written for it.

    Names the file that differs. With the project's key seals are checked too; without it digests show
    accidents alone. Exit code 0 when all is whole, 1 when something differs.

    \b
    Examples:
      assay verify
      assay verify gold
      assay verify models records --format json
    """
    from dataclasses import asdict

    from curate.project import Project
    from curate.seal import key_here
    from curate.show.blocks import Block, Code, Heading, Item, Listing, Paragraph, Table
    from curate.show.terminal import draw
    from governance.cli.rim import emit_json, stdout
    from governance.whole import verify_parts

    project = Project.find()
    found = verify_parts(project, parts)
    whole = all(part.whole for part in found)
    if shape == "json":
        emit_json({"schema": "assay.verify/1", "whole": whole, "parts": [asdict(part) for part in found]})
    else:
        rows = [("pass" if part.whole else "FAIL", part.name, part.words) for part in found]
        blocks: list[Block] = [Table(("", "part", "what was seen"), rows, kinds={0: "state"})]
        if key_here(project) is None:
            blocks.append(
                Paragraph("NOT AUTHENTICATED: without the project's key only digests were compared.")
            )
        fixes = [Item(["", Code(part.fix)], part.name) for part in found if part.fix]
        blocks += [Heading("To fix it"), Listing(fixes)] if fixes else []
        draw(blocks, stdout())
    sys.exit(0 if whole else 1)
