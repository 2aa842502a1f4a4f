"""`assay scan`: the project's stage, or an inventory of personal data in any plain file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    import polars as pl


@click.command()
@click.argument("file", required=False, type=click.Path(exists=True, path_type=Path))
@click.option(
    "--field",
    "fields",
    multiple=True,
    metavar="COLUMN",
    help="Scan this text column; may be repeated.  [default: every text column]",
)
@click.option(
    "--id", "key", metavar="COLUMN", help="Column that names a row.  [default: the 0-based record number]"
)
@click.option(
    "--format",
    "shape",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    help="How to print the inventory.",
)
@click.option(
    "-o", "--output", type=click.Path(dir_okay=False, path_type=Path), help="Write the findings as Parquet."
)
@click.option(
    "--processes",
    type=click.IntRange(1, 64),
    metavar="N",
    help="Read with N processes, each with a detector of its own (some 300 MB), where there is enough to "
    "read; the findings are the same."
    "  [default: for FILE one a core, at most 4; for the stage `scan.processes`]",
)
def scan(
    file: Path | None,
    fields: tuple[str, ...],
    key: str | None,
    shape: str,
    output: Path | None,
    processes: int | None,
) -> None:
    """Find personal data in FILE and print an inventory; without FILE, run the project's stage.

    Needs no project and no key. Values are shown masked. An inventory is no gate: exit code 0 whatever it
    finds.

    \b
    Columns of -o: row, field, entity, start, end, score, detector, verified
    (offsets in characters of the field as read).

    \b
    Examples:
      assay scan export.csv
      assay scan export.csv --field text --id ticket_id -o findings.parquet
      assay scan export.parquet --processes 8 -o findings.parquet
      assay scan                      # the stage, same as: dvc repro -s scan
    """
    if file is None:
        if fields or key or output or shape != "text":
            raise click.UsageError(
                "--field, --id, --format and -o need a FILE; the stage is configured in params.yaml "
                "under `scan`"
            )
        from governance.cli.rim import run_stage

        run_stage("scan", processes=processes)
        return
    from curate.files import write_parquet
    from governance.cli.rim import cores, emit_json, say

    frame, columns, others = _rows(file, fields, key)
    found = _search(frame, columns, processes or min(cores(), 4))
    inventory = _inventory(found)
    if output is not None:
        write_parquet(_findings(found, frame, columns), output)
        say(f"{found.height:,} findings written to {output}")
    if others:
        say(
            f"note: {sum(others.values()):,} rows say that they are in {', '.join(others)}; the "
            f"detectors know English labels and names only"
        )
    if shape == "json":
        emit_json(
            {
                "schema": "assay.scan/1",
                "file": file.name,
                "rows": frame.height,
                "fields": columns,
                "other_languages": others,
                "inventory": inventory,
            }
        )
    else:
        _print(inventory, frame.height, columns)


def _rows(
    file: Path, fields: tuple[str, ...], key: str | None
) -> tuple[pl.DataFrame, list[str], dict[str, int]]:
    """The file with a column for the row's name, the names of the columns to scan, and rows by language where
    a column says another.
    """
    import polars as pl

    from curate.errors import AssayError
    from curate.read import need_columns, read_table

    table = read_table(file)
    need_columns(table, [*fields, *([key] if key else [])], file)
    columns = list(fields) or [
        name for name, dtype in table.schema.items() if dtype == pl.String and name != key
    ]
    if not columns:
        raise AssayError(
            f"{file} has no text column to scan",
            fix=f"assay scan {file} --field COLUMN   (columns: {', '.join(table.columns[:20])})",
        )
    wrong = [name for name in columns if table.schema[name].is_nested()]
    if wrong:
        raise AssayError(
            f"column {wrong[0]} of {file} holds {table.schema[wrong[0]]}, not text",
            fix="name text columns with --field",
        )
    name = pl.col(key) if key else pl.int_range(pl.len(), dtype=pl.Int64)
    if key and table[key].is_duplicated().any():
        raise AssayError(
            f"--id {key} does not name each row of {file} once",
            fix="choose another column, or leave --id out for record numbers",
        )
    # Columns get names of their own: `row` may be one of the file's.
    frame = table.select(
        name.alias("row"), *(pl.col(column).cast(pl.String).alias(f"_{column}") for column in columns)
    )
    return frame, columns, _other_languages(table)


def _other_languages(table: pl.DataFrame) -> dict[str, int]:
    import polars as pl

    from curate.pii.detect.params import ScanParams

    said = next((name for name in ("language", "lang") if table.schema.get(name) == pl.String), None)
    if not said:
        return {}
    # The primary tag: en-GB is English.
    tags = table.select(
        pl.col(said)
        .str.strip_chars()
        .str.extract(r"^([A-Za-z]{2,3})(?:[-_]|$)")
        .str.to_lowercase()
        .alias("tag")
    )
    counted = tags.filter(pl.col("tag") != ScanParams().language).group_by("tag").len().sort("tag")
    return dict(counted.iter_rows())


def _search(frame: pl.DataFrame, columns: list[str], processes: int) -> pl.DataFrame:
    from curate.pii.detect.detector import Detector
    from curate.pii.detect.params import ScanParams
    from curate.pii.scan.search import search
    from governance.cli.rim import progress_bar

    with progress_bar("scan") as progress:
        return search(
            frame, [f"_{column}" for column in columns], Detector(ScanParams(processes=processes)), progress
        )


def _findings(found: pl.DataFrame, frame: pl.DataFrame, columns: list[str]) -> pl.DataFrame:
    """The contract's columns, in file order; `row` as the file has it."""
    import polars as pl

    names = {f"_{column}": column for column in columns}
    where = frame.select(pl.col("row").cast(pl.String).alias("_row"), "row").with_row_index("_at")
    return (
        found.rename({"row": "_row"})
        .join(where, on="_row", how="left")
        .with_columns(pl.col("field").replace_strict(names, return_dtype=pl.String))
        .sort("_at", "field", "start")
        .select("row", "field", "entity", "start", "end", "score", "detector", "verified")
    )


def _inventory(found: pl.DataFrame) -> list[dict[str, Any]]:
    """Counts by entity with one masked example, most findings first."""
    import polars as pl

    from curate.pii.values import normalise
    from curate.text import mask

    pairs = found.select("entity", "value").unique().sort("entity", "value")
    forms = pairs.with_columns(
        pl.Series("form", [normalise(entity, value) for entity, value in pairs.iter_rows()], dtype=pl.String)
    )
    counts = (
        found.join(forms, on=["entity", "value"], how="left")
        .sort("row", "field", "start")
        .group_by("entity")
        .agg(
            pl.len().alias("findings"),
            pl.col("verified").sum(),
            pl.col("row").n_unique().alias("rows"),
            pl.col("form").n_unique().alias("values"),
            pl.col("value").sort_by("value").first().alias("example"),
        )
        .sort(["findings", "entity"], descending=[True, False])
    )
    return [{**row, "example": mask(row["example"])} for row in counts.iter_rows(named=True)]


def _print(inventory: list[dict[str, Any]], rows: int, columns: list[str]) -> None:
    from rich.table import Table

    from curate.text import for_rich
    from governance.cli.rim import stdout

    console = stdout()
    where = ", ".join(for_rich(column, 40) for column in columns)
    if not inventory:
        console.print(f"No personal data found in {rows:,} rows ({where}).")
        return
    table = Table(
        title=f"Personal data in {rows:,} rows ({where})", title_justify="left", box=None, pad_edge=False
    )
    table.add_column("entity")
    for name in ("findings", "verified", "rows", "values"):
        table.add_column(name, justify="right")
    table.add_column("example (masked)")
    for row in inventory:
        table.add_row(
            row["entity"],
            *(f"{row[name]:,}" for name in ("findings", "verified", "rows", "values")),
            for_rich(row["example"]),
        )
    console.print(table)
