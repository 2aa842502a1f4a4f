"""`assay labels FILE`: rows of a plain file whose label looks wrong, worst first."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    import polars as pl

# Rows listed on the terminal; -o has them all.
_LISTED = 20


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--input", "input_column", required=True, metavar="COLUMN", help="Column with the text.")
@click.option("--output", "output_column", required=True, metavar="COLUMN", help="Column with the label.")
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
    help="Write `row, given, suggested, score, flagged` as Parquet, every row.",
)
@click.option(
    "--format",
    "shape",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    help="How to print.",
)
def labels(
    file: Path, input_column: str, output_column: str, id_column: str | None, out: Path | None, shape: str
) -> None:
    """Rows of FILE whose label looks wrong, worst first.

    Each row is judged by models that never saw it; `score` is the probability that its label is wrong, and a
    row is flagged when that is more likely than not. Exit code 1 if any row is flagged. Needs the `train`
    extra.

    \b
    Examples:
      assay labels export.csv --input text --output category
      assay labels export.csv --input text --output category --id ticket -o suspects.parquet
    """
    from importlib.util import find_spec

    import polars as pl

    from curate.errors import AssayError
    from curate.files import write_parquet
    from curate.read import need_columns, read_table
    from governance.cli.rim import emit_json, say

    absent = [name for name in ("torch", "transformers", "sklearn") if find_spec(name) is None]
    if absent:
        raise AssayError(
            f"`assay labels` reads text with a language model, and {', '.join(absent)} is not installed",
            fix="pip install 'assay[train]'",
        )
    from train.labels import suspects

    table = read_table(file)
    need_columns(table, [input_column, output_column, *([id_column] if id_column else [])], file)
    try:
        rows = table.select(
            pl.int_range(pl.len()).cast(pl.String).str.zfill(12).alias("number"),
            pl.col(input_column).cast(pl.String).alias("text"),
            pl.col(output_column).cast(pl.String).alias("label"),
        )
    except pl.exceptions.PolarsError:
        raise AssayError(
            f"column `{input_column}` or `{output_column}` of {file} does not hold text",
            fix="name columns of text and of labels",
        ) from None
    complete = rows.filter(pl.col("text").str.strip_chars() != "", pl.col("label").str.strip_chars() != "")
    if complete.height < rows.height:
        say(f"{rows.height - complete.height:,} rows without a text or a label are left out")
    found = suspects(complete["number"], complete["text"], complete["label"])
    position = found["example_id"].cast(pl.Int64)
    row = table[id_column].cast(pl.String).gather(position) if id_column else position
    judged = found.select(row.alias("row"), "given", "suggested", "score", "flagged")
    if out:
        write_parquet(judged, out)
    flagged = judged.filter("flagged")
    if shape == "json":
        emit_json(
            {
                "schema": "assay.labels/1",
                "rows": judged.height,
                "flagged": flagged.height,
                "suspects": flagged.drop("flagged").to_dicts(),
            }
        )
    else:
        _print(judged.height, flagged)
    if flagged.height:
        raise SystemExit(1)


def _print(rows: int, flagged: pl.DataFrame) -> None:
    """The count, then the worst rows."""
    from rich.table import Table

    from curate.text import for_rich
    from governance.cli.rim import stdout

    console = stdout()
    console.print(f"{rows:,} rows, {flagged.height:,} with a label that looks wrong", markup=False)
    if flagged.is_empty():
        return
    listed = Table("row", "given", "suggested", "score", box=None, pad_edge=False, header_style="bold")
    for row, given, suggested, score, _ in flagged.head(_LISTED).iter_rows():
        listed.add_row(for_rich(str(row), 40), for_rich(given, 60), for_rich(suggested, 60), f"{score:.3f}")
    console.print(listed)
    if flagged.height > _LISTED:
        console.print(
            f"... and {flagged.height - _LISTED:,} more: write them all with -o suspects.parquet",
            markup=False,
        )
