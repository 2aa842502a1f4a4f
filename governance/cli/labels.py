"""`assay labels FILE`: rows of a plain file whose label, JSON fields or order of answers looks wrong."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from governance.cli.plain_files import Reading, id_option, out_option, reading_options
from governance.cli.rim import format_option

if TYPE_CHECKING:
    from polars import DataFrame

    from train.plain import LabelsResult

# Rows listed on the terminal; -o has them all.
_LISTED = 20


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--input", "input_column", required=True, metavar="COLUMN", help="Column with the text.")
@click.option(
    "--output",
    "output_column",
    required=True,
    metavar="COLUMN",
    help="Column with the label, the JSON or the chosen answer.",
)
@click.option("--rejected", metavar="COLUMN", help="Column with the rejected answer: judge the pairs' order.")
@click.option(
    "--kind",
    type=click.Choice(["classification", "extraction", "preference"]),
    help="What the outputs are.  [default: by --rejected and by their looks]",
)
@click.option(
    "--threshold",
    type=click.FloatRange(0, 1),
    help="Probability above which a label is flagged.  [default: 0.6]",
)
@click.option(
    "--by",
    multiple=True,
    metavar="COLUMN",
    help="Name what one source, annotator, month of this column decides otherwise; may be repeated.",
)
@id_option
@out_option("row, given, suggested, score, flagged")
@format_option
@reading_options
def labels(
    file: Path,
    input_column: str,
    output_column: str,
    rejected: str | None,
    kind: str | None,
    threshold: float | None,
    by: tuple[str, ...],
    id_column: str | None,
    out: Path | None,
    shape: str,
    reading: Reading,
) -> None:
    """Rows of FILE whose label looks wrong, worst first.

    Each row is judged by models that never saw it; `score` is the probability that its label is wrong.
    Spellings of one label (`billing`, `BILLING`) count as that label and are named. With --by, the decisions
    that the examples encode: where one value of a column gives one label and the rest give another, by an
    exact test corrected for the number of tests. Needs the `train` extra.

    Of JSON outputs it is fields that look wrong: `absent`, a value that its input does not hold, and `form`,
    one written unlike the field's others; -o writes `row, field, why, score`. With --rejected it is pairs
    whose answers look exchanged. Exit code 1 if anything is flagged, 2 if nothing can be judged.

    \b
    Examples:
      assay labels export.csv --input text --output category
      assay labels export.csv --input text --output category --id ticket -o suspects.parquet
      assay labels export.csv --input text --output category --by source --by annotator
      assay labels receipts.jsonl --input text --output form
      assay labels pairs.jsonl --input prompt --output chosen --rejected rejected
    """
    from curate.text import plural
    from governance.cli.other_labels import kind_of, print_fields
    from governance.cli.plain_files import checked_out, open_file, row_ids, unreadable, write_out
    from governance.cli.rim import emit_json, say
    from train.plain import labels as judged
    from train.plain import need_extra

    checked_out(out, file)
    records = open_file(file, reading)
    chosen = kind_of(records.frame, output_column, rejected, kind, by)
    named: dict[str, Any] = {"id": row_ids(records, id_column, file, once=False), "name": str(file)}
    if chosen == "extraction":
        print_fields(records, input_column, output_column, named, out, shape)
        return
    need_extra()
    if chosen == "preference":
        from train.plain_pairs import pairs

        result = pairs(
            records.frame, input_column, output_column, rejected or "", threshold=threshold, **named
        )
    else:
        result = judged(records.frame, input_column, output_column, threshold=threshold, by=by, **named)
    if result.incomplete:
        lacking = "two answers" if result.what == "pair" else "a text or a label"
        say(f"{plural(result.incomplete, 'row')} without {lacking} left out")
    write_out(result.judged, out, plural(result.judged.height, "judged row"))
    suspects = result.suspects
    decided = result.decided.found if result.decided else None
    if shape == "json":
        emit_json(
            {
                "schema": "assay.labels/1",
                "rows": result.judged.height,
                "flagged": suspects.height,
                "suspects": suspects.to_dicts(),
                **({"cannot_be_judged": result.alone} if result.alone else {}),
                **({"spellings": result.spellings.to_dicts()} if result.spellings.height else {}),
                **(_decisions(result) if result.decided else {}),
                **unreadable(records),
            }
        )
    else:
        from governance.cli.plain_files import lost_rows

        _print(result, lost_rows(records))
        if result.decided:
            _print_decisions(result)
    if suspects.height or (decided is not None and decided.height):
        raise SystemExit(1)


def _decisions(result: LabelsResult) -> dict[str, Any]:
    """The decisions found, each with the rows behind it, as JSON."""
    assert result.decided is not None
    rows = result.decided.rows
    names = ("by", "slice", "gives", "where_others_give")
    found = [
        {**one, "examples": rows.join(_row_of(one, names), on=names)["example_id"].to_list()}
        for one in result.decided.found.to_dicts()
    ]
    return {"decisions": found, "tests": result.decided.tests, "slices": result.decided.slices}


def _row_of(one: dict[str, Any], names: tuple[str, ...]) -> DataFrame:
    """One row of some columns, to join by."""
    import polars as pl

    return pl.DataFrame({name: [one[name]] for name in names})


def _print_decisions(result: LabelsResult) -> None:
    """What one slice decides otherwise, surest first."""
    from rich.table import Table

    from curate.text import for_rich
    from governance.cli.rim import stdout

    assert result.decided is not None
    found = result.decided.found
    console = stdout()
    if found.is_empty():
        compared = ", ".join(f"{by} ({count:,})" for by, count in result.decided.slices.items())
        console.print(f"no slice decides otherwise than the rest; compared: {compared}", markup=False)
        return
    console.print("Your examples encode these decisions:", markup=False)
    listed = Table("slice", "gives", "where others give", "rows", "others", "p", box=None, pad_edge=False)
    for one in found.head(_LISTED).iter_rows(named=True):
        listed.add_row(
            for_rich(f"{one['by']} {one['slice']}", 40),
            for_rich(one["gives"], 40),
            for_rich(one["where_others_give"], 40),
            f"{one['rows']:,} of {one['of']:,}",
            f"{one['others_rows']:,} of {one['others_of']:,}",
            f"{one['p_adjusted']:.2g}",
        )
    console.print(listed)


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
