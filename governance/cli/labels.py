"""`assay labels FILE`: rows of a plain file whose label looks wrong, worst first."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from governance.cli.plain_files import Reading, id_option, out_option, reading_options
from governance.cli.rim import format_option

if TYPE_CHECKING:
    from train.plain import LabelsResult

# Rows listed on the terminal; -o has them all.
_LISTED = 20


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--input", "input_column", required=True, metavar="COLUMN", help="Column with the text.")
@click.option("--output", "output_column", required=True, metavar="COLUMN", help="Column with the label.")
@click.option(
    "--threshold",
    type=click.FloatRange(0, 1),
    help="Probability above which a label is flagged.  [default: 0.6]",
)
@id_option
@out_option("row, given, suggested, score, flagged")
@format_option
@reading_options
def labels(
    file: Path,
    input_column: str,
    output_column: str,
    threshold: float | None,
    id_column: str | None,
    out: Path | None,
    shape: str,
    reading: Reading,
) -> None:
    """Rows of FILE whose label looks wrong, worst first.

    Each row is judged by models that never saw it; `score` is the probability that its label is wrong.
    Spellings of one label (`billing`, `BILLING`) count as that label and are named. Exit code 1 if any row is
    flagged, 2 if the labels cannot be judged. Needs the `train` extra.

    \b
    Examples:
      assay labels export.csv --input text --output category
      assay labels export.csv --input text --output category --id ticket -o suspects.parquet
    """
    from curate.text import plural
    from governance.cli.plain_files import checked_place, open_file, row_ids, unreadable, write_out
    from governance.cli.rim import emit_json, say
    from train.plain import labels as judged
    from train.plain import need_extra

    need_extra()
    checked_place(out)
    records = open_file(file, reading)
    result = judged(
        records.frame,
        input_column,
        output_column,
        id=row_ids(records, id_column, file, once=False),
        threshold=threshold,
        name=str(file),
    )
    if result.incomplete:
        say(f"{plural(result.incomplete, 'row')} without a text or a label left out")
    write_out(result.judged, out, plural(result.judged.height, "judged row"))
    suspects = result.suspects
    if shape == "json":
        emit_json(
            {
                "schema": "assay.labels/1",
                "rows": result.judged.height,
                "flagged": suspects.height,
                "suspects": suspects.to_dicts(),
                **({"cannot_be_judged": result.alone} if result.alone else {}),
                **({"spellings": result.spellings.to_dicts()} if result.spellings.height else {}),
                **unreadable(records),
            }
        )
    else:
        from governance.cli.plain_files import lost_rows

        _print(result, lost_rows(records))
    if suspects.height:
        raise SystemExit(1)


def _print(result: LabelsResult, lost: str) -> None:
    """The count, the spellings, then the worst rows."""
    from rich.table import Table

    from curate.plain.spellings import told
    from curate.text import for_rich
    from governance.cli.rim import stdout

    console = stdout()
    console.print(result.headline() + lost, markup=False)
    for line in told(result.spellings):
        console.print(line, markup=False)
    suspects = result.suspects
    if suspects.is_empty():
        return
    listed = Table("row", "given", "suggested", "score", box=None, pad_edge=False, header_style="bold")
    for row, given, suggested, score in suspects.head(_LISTED).iter_rows():
        listed.add_row(for_rich(str(row), 40), for_rich(given, 60), for_rich(suggested, 60), f"{score:.3f}")
    console.print(listed)
    if suspects.height > _LISTED:
        console.print(
            f"... and {suspects.height - _LISTED:,} more: write them all with -o suspects.parquet",
            markup=False,
        )
