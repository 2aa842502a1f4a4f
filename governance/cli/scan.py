"""`assay scan`: the project's stage, or an inventory of personal data in any plain file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from governance.cli.plain_files import Reading, format_option, id_option, out_option, reading_options

if TYPE_CHECKING:
    from curate.plain.scan import ScanResult


@click.command()
@click.argument("file", required=False, type=click.Path(exists=True, path_type=Path))
@click.option(
    "--field",
    "fields",
    multiple=True,
    metavar="COLUMN",
    help="Scan this column, or the values at a dotted path into a nested one (user.phone); may be repeated.  "
    "[default: every column of text, whole numbers, dates of birth or nested values]",
)
@id_option
@format_option
@out_option("row, field, entity, start, end, score, detector, verified", "--output")
@click.option(
    "--processes",
    type=click.IntRange(1, 64),
    metavar="N",
    help="Read with N processes, each with a detector of its own (some 300 MB), where there is enough to "
    "read; the findings are the same."
    "  [default: for FILE one a core, at most 4; for the stage `scan.processes`]",
)
@reading_options
def scan(
    file: Path | None,
    fields: tuple[str, ...],
    id_column: str | None,
    shape: str,
    out: Path | None,
    processes: int | None,
    reading: Reading,
) -> None:
    """Find personal data in FILE and print an inventory; without FILE, run the project's stage.

    Needs no project and no key. Values are shown masked. An inventory is not a gate: exit code 0 whatever it
    finds. Offsets in the file of -o are characters of the field as read.

    \b
    Examples:
      assay scan export.csv
      assay scan export.csv --field text --id ticket_id -o findings.parquet
      assay scan export.parquet --processes 8 -o findings.parquet
      assay scan                      # the stage, same as: dvc repro -s scan
    """
    if file is None:
        if fields or id_column or out or shape != "text" or reading != Reading():
            raise click.UsageError(
                "--field, --id, --format, -o and the options of reading need a FILE; the stage is configured "
                "in params.yaml under `scan`"
            )
        from governance.cli.rim import run_stage

        run_stage("scan", processes=processes)
        return
    from curate.pii.detect.params import ScanParams
    from curate.plain.scan import scan as scanned
    from curate.text import plural
    from governance.cli.plain_files import lost_rows, open_file, row_ids, unreadable, write_out
    from governance.cli.rim import cores, emit_json, progress_bar, say

    records = open_file(file, reading)
    with progress_bar("scan") as progress:
        result = scanned(
            records.frame,
            fields or None,
            id=row_ids(records, id_column),
            params=ScanParams(processes=processes or min(cores(), 4)),
            name=str(file),
            progress=progress,
        )
    if out is not None:
        out.absolute().parent.mkdir(parents=True, exist_ok=True)
    write_out(result.findings, out, plural(result.findings.height, "finding"))
    if others := result.other_languages:
        say(
            f"note: {plural(sum(others.values()), 'row says that it is', 'rows say that they are')} in "
            f"{', '.join(others)}: no detector knows the labels and names of these"
        )
    if shape == "json":
        emit_json(
            {
                "schema": "assay.scan/1",
                "file": file.name,
                "rows": records.frame.height,
                **unreadable(records),
                "fields": list(result.fields),
                "other_languages": others,
                "inventory": result.inventory,
            }
        )
    else:
        _print(result, lost_rows(records))


def _print(result: ScanResult, lost: str) -> None:
    from rich.table import Table

    from curate.text import for_rich, plural
    from governance.cli.rim import stdout

    console = stdout()
    where = ", ".join(for_rich(column, 40) for column in result.fields)
    rows = plural(result.frame.height, "row")
    if not result.findings.height:
        console.print(f"No personal data found in {rows} ({where}){lost}.")
        return
    table = Table(
        title=f"Personal data in {rows} ({where}){lost}", title_justify="left", box=None, pad_edge=False
    )
    table.add_column("entity")
    for name in ("findings", "verified", "rows", "values"):
        table.add_column(name, justify="right")
    table.add_column("example (masked)")
    for row in result.inventory:
        table.add_row(
            row["entity"],
            *(f"{row[name]:,}" for name in ("findings", "verified", "rows", "values")),
            for_rich(row["example"]),
        )
    console.print(table)
