"""`assay textconv`: a Parquet file as text, for `git diff`."""

from __future__ import annotations

from pathlib import Path

import click


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def textconv(file: Path) -> None:
    """Print a Parquet FILE as text that stays the same while its rows do, personal data masked, so that git
    can compare it.

    \b
    Example:
      assay textconv gold/train.parquet
    \b
    Once in a repository, so that `git diff` shows rows:
      git config diff.assay.textconv "assay textconv"
      git config diff.assay.cachetextconv true
      echo '*.parquet diff=assay' >> .gitattributes
    """
    from curate.diff.show.textconv import text_lines

    for line in text_lines(file):
        click.echo(line)
