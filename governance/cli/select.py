"""`assay select`: the rows to keep when there is room for a few, of a gold set or a plain file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from governance.cli.plain_files import Reading, id_option, out_option, reading_options
from governance.cli.rim import format_option

if TYPE_CHECKING:
    import polars as pl

    from train.plain_selection import SelectResult

# Values of a column listed on the terminal; the JSON has them all.
_LISTED = 12
COLUMNS = "row, rank, stratum, why, stands_for, gain, quality"


@click.command("select")
@click.argument("file", required=False, type=click.Path(path_type=Path))
@click.option("--budget", required=True, type=click.IntRange(min=1), metavar="N", help="Rows to choose.")
@click.option("--input", "input_column", metavar="COLUMN", help="Column with the text (plain FILE).")
@click.option("--output", "output_column", metavar="COLUMN", help="Column with what is wanted for it.")
@click.option(
    "--kind",
    type=click.Choice(["classification", "extraction", "rewriting", "summary", "preference"]),
    help="Of a plain FILE: only labels are balanced and doubted.  [default: classification]",
)
@click.option(
    "--balance",
    multiple=True,
    metavar="COLUMN",
    help="Divide the budget over this column's values; may be repeated.  [default: the label]",
)
@click.option(
    "--evenness",
    type=click.FloatRange(0, 1),
    default=1.0,
    show_default=True,
    help="0: each value by its share of rows; 1: each the same.",
)
@click.option(
    "--by",
    multiple=True,
    metavar="COLUMN",
    help="Tell where the budget goes by this column too; may be repeated.",
)
@click.option(
    "--vectors",
    default="auto",
    show_default=True,
    metavar="NAME",
    help="What texts are compared by: an encoder's name, or `words`, which needs no model.",
)
@click.option(
    "--no-quality", is_flag=True, help="Choose by texts alone, whatever rules and labels say of a row."
)
@click.option(
    "--subset", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE", help="Write the chosen rows."
)
@id_option
@out_option(COLUMNS)
@format_option
@reading_options
def select(
    file: Path | None,
    budget: int,
    input_column: str | None,
    output_column: str | None,
    kind: str | None,
    balance: tuple[str, ...],
    evenness: float,
    by: tuple[str, ...],
    vectors: str,
    no_quality: bool,
    subset: Path | None,
    id_column: str | None,
    out: Path | None,
    shape: str,
    reading: Reading,
) -> None:
    """The rows to keep when there is room for N: rows that stand for the others, evenly over the labels,
    those that may be trusted first. Of the project's training rows, or of a plain FILE.

    -o names every chosen row and why: `first` of its label, `covers` rows that no chosen one was like,
    `fills` the budget. Cut anywhere, its rows by rank are a selection too. With the `train` extra texts are
    compared by meaning and labels doubted; without it, by words.

    \b
    Examples:
      assay select --budget 500 -o chosen.parquet --subset few.parquet
      assay select export.csv --input text --output category --budget 500 --subset few.csv
      assay select export.csv --input text --budget 200 --balance language --vectors words
    """
    from curate.text import plural
    from governance.cli.plain_files import checked_out, checked_table, write_out, write_table
    from governance.cli.rim import emit_json, say

    checked_out(out, file)
    form = checked_table(subset, file or Path("gold/train.parquet"), "--subset") if subset else ""
    common: dict[str, Any] = {
        "budget": budget,
        "evenness": evenness,
        "vectors": vectors,
        "judge": not no_quality,
    }
    if balance:
        common["balance"] = balance
    if file is None:
        result = _of_project(input_column or output_column or id_column or kind, by, common)
        nested: frozenset[str] = frozenset()
    else:
        result, nested = _of_file(
            file, reading, input_column, output_column, kind or "classification", by, id_column, common
        )
    if output_told := (not result.judged and not no_quality):
        say("outputs are not judged: rows count by texts and rules alone")
    for note in result.notes():
        say(note)
    write_out(result.chosen, out, plural(result.chosen.height, "chosen row"))
    if subset:
        write_table(result.kept, subset, form, plural(result.kept.height, "row"), nested=nested)
    if shape == "json":
        emit_json(
            {
                "schema": "assay.select/1",
                "rows": result.frame.height,
                "chosen": result.chosen.height,
                "vectors": result.vectors,
                "outputs_judged": not output_told and not no_quality,
                "why": result.counts(),
                "spread": result.spread.to_dicts(),
                "rows_chosen": result.chosen.to_dicts(),
            }
        )
    else:
        _print(result, out)


def _of_project(plain_only: str | None, by: tuple[str, ...], common: dict[str, Any]) -> SelectResult:
    """From the training rows of the gold version, with the warnings that stage `validate` left."""
    from curate.errors import AssayError
    from curate.project import Project
    from curate.publish.gold import verify_gold
    from curate.seal import key_here
    from curate.task import Kind
    from train.plain_selection import select as choose_rows

    if plain_only:
        raise AssayError(
            "--input, --output, --id and --kind are for a plain FILE; a project's card says them",
            fix="name the FILE, or leave these options out",
        )
    project = Project.find()
    gold = verify_gold(project.gold, key_here(project))
    labels = project.task.kind is Kind.CLASSIFICATION
    told = [*(["output"] if labels else []), "source", "language", *by]
    return choose_rows(
        gold.train,
        "input",
        "output",
        kind=str(project.task.kind),
        by=tuple(dict.fromkeys(told)),
        id="example_id",
        name="gold/train.parquet",
        warned=_warnings(project.stage("validate") / "warnings.parquet"),
        **common,
    )


def _warnings(path: Path) -> dict[str, int]:
    """How many rules each kept row breaks."""
    import polars as pl

    from curate.documents import load_parquet

    if not path.exists():
        return {}
    counted = load_parquet(path).group_by("example_id").agg(pl.col("rule").n_unique())
    return dict(counted.iter_rows())


def _of_file(
    file: Path,
    reading: Reading,
    input_column: str | None,
    output_column: str | None,
    kind: str,
    by: tuple[str, ...],
    id_column: str | None,
    common: dict[str, Any],
) -> tuple[SelectResult, frozenset[str]]:
    from curate.errors import AssayError
    from governance.cli.plain_files import open_file, row_ids
    from train.plain_selection import select as choose_rows

    if input_column is None:
        raise AssayError(f"{file.name} needs a column of texts", fix="name it with --input")
    records = open_file(file, reading)
    result = choose_rows(
        records.frame,
        input_column,
        output_column,
        kind=kind,
        by=by,
        id=row_ids(records, id_column, file),
        name=str(file),
        **common,
    )
    return result, records.nested


def _print(result: SelectResult, out: Path | None) -> None:
    """Where the budget went, by column, then how to see the rows."""
    from curate.text import plain
    from governance.cli.rim import stdout

    console = stdout()
    compared = "by words" if result.vectors == "words" else f"by {plain(result.vectors, 60)}"
    console.print(f"{result.headline()}; texts compared {compared}", markup=False)
    said = ", ".join(f"{count:,} {why}" for why, count in result.counts().items())
    console.print(said, markup=False)
    for (column,), values in result.spread.group_by("by", maintain_order=True):
        console.print()
        _print_spread(str(column), values)
    if out is None:
        console.print(
            "\nwrite the rows and why with -o chosen.parquet, the rows themselves with --subset FILE"
        )


def _print_spread(column: str, values: pl.DataFrame) -> None:
    from rich.table import Table

    from curate.text import for_rich
    from governance.cli.rim import stdout

    listed = Table(for_rich(column, 40), "rows", "share", "chosen", "share", box=None, pad_edge=False)
    for row in values.head(_LISTED).iter_rows(named=True):
        listed.add_row(
            for_rich(row["value"] or "(none)", 40),
            f"{row['rows']:,}",
            f"{row['share']:.1%}",
            f"{row['chosen']:,}",
            f"{row['chosen_share']:.1%}",
        )
    console = stdout()
    console.print(listed)
    if values.height > _LISTED:
        console.print(f"... and {values.height - _LISTED:,} more values", markup=False)
