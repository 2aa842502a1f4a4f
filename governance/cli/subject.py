"""`assay subject find`: where a person stands in the project."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from governance.cli.person import person_options, values_given
from governance.cli.rim import format_option


@click.group()
def subject() -> None:
    """Find what a project holds of a person, for requests of access and erasure.

    \b
    Examples:
      assay subject find jo@example.org 'Jo Miller'
      assay subject find --from request.txt --format json
    """


@subject.command()
@person_options
@format_option
def find(values: tuple[str, ...], source: Path | None, shape: str) -> None:
    """Look for a person in raw files, stages, gold, every old version, models, reports and caches.

    VALUES are what the person is known by: e-mail address, telephone number, full name, the id in the subject
    column, a row's id. They are sought however they are written, and by the keyed digests that stand for
    them. What is shown of them is masked. Exit code 0 when nothing was found, 1 when something was.

    \b
    Examples:
      assay subject find jo@example.org '+44 7700 900123' 'Jo Miller'
      assay subject find --from request.txt
      assay subject find C-1042 --format json
    """
    from curate.project import Project
    from curate.show.terminal import draw
    from governance.cli.rim import emit_json, progress_bar, stdout
    from governance.subjects.find import find as look
    from governance.subjects.show import blocks_of, document_of

    with progress_bar("searching") as progress:
        found = look(Project.find(), values_given(values, source), progress)
    if shape == "json":
        emit_json(document_of(found))
    else:
        draw(blocks_of(found), stdout())
    sys.exit(1 if found.anything else 0)
