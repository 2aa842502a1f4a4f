"""`assay rules FILE`: the schema of a kind and the named quality rules on a plain file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    import polars as pl

KINDS = ("classification", "extraction", "rewriting", "summary", "preference")
# Rows listed on the terminal; -o has them all.
_LISTED = 20


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
    "--id",
    "id_column",
    metavar="COLUMN",
    help="Column that names a row; without it, rows are numbered from 0.",
)
@click.option(
    "-o",
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write `row, rule, evidence` as Parquet.",
)
@click.option(
    "--format",
    "shape",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    help="How to print.",
)
def rules(
    file: Path,
    input_column: str,
    output_column: str,
    rejected_column: str | None,
    kind: str | None,
    project: Path | None,
    id_column: str | None,
    out: Path | None,
    shape: str,
) -> None:
    """Rows of FILE that break the schema of their kind or a named quality rule.

    Evidence names the field and what is wrong with it, never the text. Exit code 1 if any row breaks a rule.

    \b
    Examples:
      assay rules export.csv --input text --output category
      assay rules forms.jsonl --input email --output fields --kind extraction --id id -o broken.parquet
    """
    import polars as pl

    from curate.errors import AssayError
    from curate.examples import EXAMPLES, conform
    from curate.files import write_parquet
    from curate.read import need_columns, read_table
    from curate.task import METRICS, Kind, Metric, TaskCard, read_task
    from curate.validate.params import ValidateParams
    from curate.validate.stage import breaches
    from governance.cli.rim import emit_json, stdout

    if out and not out.absolute().parent.is_dir():
        raise AssayError(
            f"{out.absolute().parent} does not exist, so {out.name} cannot be written there",
            fix=f"mkdir -p {out.parent}",
        )
    card = read_task(project) if project else None
    chosen = Kind(kind) if kind else card.kind if card else Kind.CLASSIFICATION
    if card and card.kind is not chosen:
        raise AssayError(
            f"--kind {chosen} is not the task card's kind, {card.kind}", fix="leave out --kind or --task"
        )
    if (chosen is Kind.PREFERENCE) != (rejected_column is not None):
        raise click.UsageError("--rejected COLUMN goes with --kind preference, and only with it")
    card = card or TaskCard(
        name=chosen, kind=chosen, behaviour="unsaid", metric=Metric(name=METRICS[chosen][0], target=0)
    )

    table = read_table(file)
    columns = {"input": input_column, "output": output_column} | (
        {"rejected": rejected_column} if rejected_column else {}
    )
    need_columns(table, [*columns.values(), *([id_column] if id_column else [])], file)
    # A padded row number stands in for the id: it is unique, and sorts as the file does.
    number = pl.int_range(pl.len()).cast(pl.String).str.zfill(12).alias("example_id")
    try:
        rows = table.select(
            number,
            pl.lit(False).alias("held_out"),
            *(pl.col(source).cast(pl.String).alias(name) for name, source in columns.items()),
        )
    except pl.exceptions.PolarsError:
        raise AssayError(
            f"a column named by --input, --output or --rejected of {file} does not hold text",
            fix="name columns of text, or write nested values as JSON",
        ) from None
    found = breaches(conform(rows, EXAMPLES), card, ValidateParams())
    position = found["example_id"].cast(pl.Int64)
    row = table[id_column].cast(pl.String).gather(position) if id_column else position
    broken = found.select(row.alias("row"), "rule", "evidence")
    if out:
        write_parquet(broken, out)
    counts = dict(
        found.group_by("rule").agg(pl.col("example_id").n_unique().alias("rows")).sort("rule").iter_rows()
    )
    if shape == "json":
        emit_json(
            {
                "schema": "assay.rules/1",
                "kind": str(chosen),
                "rows": table.height,
                "rows_broken": found["example_id"].n_unique(),
                "rules": counts,
            }
        )
    else:
        console = stdout()
        console.print(f"{table.height:,} rows, {found['example_id'].n_unique():,} break a rule", markup=False)
        if counts:
            _print(broken, counts)
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
