"""`assay rules FILE`: the schema of a kind and the named quality rules on a plain file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from governance.cli.plain_files import Reading, id_option, out_option, reading_options
from governance.cli.rim import format_option

if TYPE_CHECKING:
    import polars as pl

KINDS = ("classification", "extraction", "rewriting", "summary", "preference")
# Rows listed on the terminal; -o has them all.
_LISTED = 20


def _list_rules(context: click.Context, _: click.Parameter, wanted: bool) -> None:
    """Print every rule and end; before FILE and columns are asked for."""
    if not wanted:
        return
    from rich.table import Table

    from curate.validate.catalogue import catalogue
    from curate.validate.own.load import load
    from governance.cli.rim import stdout

    file: Path | None = context.params.get("rules_file")

    table = Table("rule", "level", "looks at", "fixed", "what it finds", box=None, pad_edge=False)
    for code, level, fields, fixes, description in catalogue(own=load(file) if file else ()).iter_rows():
        table.add_row(code, level, fields, "where it can be" if fixes else "", description)
    console = stdout()
    console.print(table)
    console.print(
        "\nquarantine: the row is dropped; warn: it is counted; off: nobody looks; required: by the task "
        "card. Another level for a rule of a project: `validate.rules: {RULE: LEVEL}` in params.yaml.",
        markup=False,
    )
    context.exit()


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--input", "input_column", required=True, metavar="COLUMN", help="Column with the input text.")
@click.option(
    "--output",
    "output_column",
    required=True,
    metavar="COLUMN",
    help="Column with the label, JSON or text (a preference's chosen answer).",
)
@click.option(
    "--rejected",
    "rejected_column",
    metavar="COLUMN",
    help="Column with the rejected answer (kind preference).",
)
@click.option(
    "--kind",
    type=click.Choice(KINDS),
    help="What a row asks for; default classification, or the task card's kind.",
)
@click.option(
    "--task",
    "project",
    type=click.Path(path_type=Path, exists=True),
    metavar="DIR",
    help="Folder whose task.yaml says labels, schema, sections and languages.",
)
@click.option(
    "--rules-file",
    "rules_file",
    type=click.Path(path_type=Path),
    is_eager=True,
    metavar="FILE",
    help="Python file with rules of your own (@assay.rule) and pandera schemas. It is run.",
)
@click.option(
    "--list",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_list_rules,
    help="List every rule with its level and what it finds, and stop; --rules-file goes before it.",
)
@id_option
@out_option("row, rule, evidence")
@format_option
@reading_options
def rules(
    file: Path,
    input_column: str,
    output_column: str,
    rejected_column: str | None,
    kind: str | None,
    project: Path | None,
    rules_file: Path | None,
    id_column: str | None,
    out: Path | None,
    shape: str,
    reading: Reading,
) -> None:
    """Rows of FILE that break the schema of their kind or a named quality rule.

    Evidence names the field and what is wrong with it, never the text. Labels that are spelt in several ways
    are named. Exit code 1 if any row breaks a rule.

    \b
    Examples:
      assay rules export.csv --input text --output category
      assay rules forms.jsonl --input email --output fields --kind extraction --task . -o broken.parquet
      assay rules answers.csv --input q --output a --kind rewriting --rules-file rules.py
      assay rules --list
    """
    if (kind == "preference") != (rejected_column is not None) and not project:
        raise click.UsageError("--rejected COLUMN goes with --kind preference, and only with it")
    from curate.plain.rules import rules as judged
    from curate.plain.spellings import told
    from curate.task import read_task
    from curate.text import plural
    from governance.cli.plain_files import (
        checked_out,
        lost_rows,
        open_file,
        row_ids,
        unreadable,
        write_out,
    )
    from governance.cli.rim import emit_json, stdout

    checked_out(out, file)
    records = open_file(file, reading)
    result = judged(
        records.frame,
        input_column,
        output_column,
        rejected=rejected_column,
        kind=kind,
        card=read_task(project) if project else None,
        id=row_ids(records, id_column, file, once=False),
        rules_file=rules_file,
        name=str(file),
    )
    write_out(result.broken, out, plural(result.broken.height, "breach", "breaches"))
    counts = result.counts()
    if shape == "json":
        emit_json(
            {
                "schema": "assay.rules/1",
                "kind": result.kind,
                "rows": result.frame.height,
                "rows_broken": result.dropped.height,
                "rules": counts,
                **unreadable(records),
                **({"spellings": result.spellings.to_dicts()} if result.spellings.height else {}),
            }
        )
    else:
        console = stdout()
        console.print(result.headline() + lost_rows(records), markup=False)
        for line in told(result.spellings):
            console.print(line, markup=False)
        if counts:
            _print(result.broken, counts)
    if counts:
        raise SystemExit(1)


def _print(broken: pl.DataFrame, counts: dict[str, int]) -> None:
    """Counts by rule, then the first rows."""
    from rich.table import Table

    from curate.text import for_rich
    from governance.cli.rim import stdout

    summary = Table("rule", "rows", box=None, pad_edge=False, header_style="bold")
    for code, rows in sorted(counts.items(), key=lambda item: (-item[1], item[0])):
        summary.add_row(code, f"{rows:,}")
    listed = Table("row", "rule", "evidence", box=None, pad_edge=False, header_style="bold")
    for row, rule, evidence in broken.head(_LISTED).iter_rows():
        listed.add_row(for_rich(str(row), 40), rule, for_rich(evidence))
    console = stdout()
    console.print(summary)
    console.print()
    console.print(listed)
    if broken.height > _LISTED:
        console.print(
            f"... and {broken.height - _LISTED:,} more: write them all with -o broken.parquet", markup=False
        )
