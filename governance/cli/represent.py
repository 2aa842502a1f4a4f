"""`assay represent`: how rows represent what they are for, of a project's gold set or a plain file."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from governance.cli.plain_files import Reading, id_option, reading_options
from governance.cli.rim import format_option

if TYPE_CHECKING:
    from curate.show.blocks import Block
    from train.represent import Representation
    from train.represent.represent import Sample

# What a plain file may be compared with, where it was compared with nothing.
_MORE = (
    "thin classes, by held-out rows: --output COLUMN with the labels, and --test FILE",
    "shares that you declare: --reference COLUMN=VALUE:SHARE",
    "what comes in and no row is near, and what to label next: --live FILE",
)


@click.command()
@click.argument("file", required=False, type=click.Path(path_type=Path))
@click.option("--input", "input_column", metavar="COLUMN", help="Column with the text (plain FILE).")
@click.option("--output", "output_column", metavar="COLUMN", help="Column with the label (plain FILE).")
@click.option(
    "--test", type=click.Path(path_type=Path), metavar="FILE", help="Held-out rows, with the same columns."
)
@click.option("--by", multiple=True, metavar="COLUMN", help="Count rows by this column; may be repeated.")
@click.option(
    "--reference",
    multiple=True,
    metavar="COLUMN=VALUE:SHARE",
    help="A share that rows should have, such as language=cy:0.2; may be repeated.",
)
@click.option(
    "--live", type=click.Path(path_type=Path), metavar="FILE", help="A sample of the inputs that come in now."
)
@click.option("--live-input", metavar="COLUMN", help="Its column with the text.  [default: that of --input]")
@click.option(
    "--live-id",
    metavar="COLUMN",
    help="Its column that names a row.  [default: that of --id where it has one, else the record number]",
)
@click.option(
    "--next",
    "wanted",
    default=20,
    show_default=True,
    type=click.IntRange(min=0),
    help="Live inputs to name for the next labels.",
)
@click.option(
    "--vectors", default="auto", show_default=True, metavar="NAME", help="An encoder's name, or `words`."
)
@id_option
@format_option
@reading_options
def represent(
    file: Path | None,
    input_column: str | None,
    output_column: str | None,
    test: Path | None,
    by: tuple[str, ...],
    reference: tuple[str, ...],
    live: Path | None,
    live_input: str | None,
    live_id: str | None,
    wanted: int,
    vectors: str,
    id_column: str | None,
    shape: str,
    reading: Reading,
) -> None:
    """How rows represent what they are for: thin classes, the mix, declared shares, and a sample of live
    inputs: regions where they come and no row is near, and which to label next.

    Of the project's gold set (shares and the live sample as in params.report), or of a plain FILE. No text of
    the live sample is shown; its rows are named. Exit code 1 if a group is below its declared share or live
    inputs form a region without rows. The report has the same with a map.

    \b
    Examples:
      assay represent --live inputs.csv --live-input text
      assay represent train.csv --input text --output label --test test.csv --reference language=cy:0.2
    """
    from governance.cli.rim import emit_json
    from train.vectors import embedded

    options: dict[str, Any] = {"wanted": wanted, "embed": lambda texts: embedded(texts, vectors)}
    declared = _declared(reference)
    if file is None:
        # The gold rows have ids of their own: `--id` can only mean the live file's.
        sample = _sample(live, reading, live_input, live_id or id_column) if live is not None else None
        told = _of_project(sample, declared, options)
    else:
        columns = (input_column, output_column, id_column)
        sample = None
        if live is not None:
            sample = _sample(live, reading, live_input or input_column, live_id, id_column)
        told = _of_file(file, test, columns, [*by, *declared], sample, declared, reading, options)
    if shape == "json":
        emit_json(_document(told))
    else:
        _print(told)
    if told.wanting:
        raise SystemExit(1)


def _declared(reference: Sequence[str]) -> dict[str, dict[str, float]]:
    """Shares by column and value, as typed."""
    from curate.errors import AssayError
    from curate.text import plain

    declared: dict[str, dict[str, float]] = {}
    for said in reference:
        column, _, rest = said.partition("=")
        value, _, share = rest.rpartition(":")
        try:
            number = float(share)
        except ValueError:
            number = -1.0
        if not (column and value and 0 <= number <= 1):
            raise AssayError(
                f"--reference {plain(said, 60)} is not COLUMN=VALUE:SHARE", fix="--reference language=cy:0.2"
            )
        declared.setdefault(column, {})[value] = number
    return declared


def _of_project(
    sample: Sample | None, declared: dict[str, dict[str, float]], options: dict[str, Any]
) -> Representation:
    import polars as pl

    from curate.errors import AssayError
    from curate.project import Project
    from curate.publish.gold import verify_gold
    from curate.seal import key_here
    from governance.report.looks import representation
    from governance.report.params import ReportParams

    project = Project.find()
    gold = verify_gold(project.gold, key_here(project))
    rows = pl.concat(part.with_columns(pl.lit(name).alias("split")) for name, part in gold.splits.items())
    params = project.params("report", ReportParams)
    if declared:
        params = params.model_copy(update={"reference": declared})
    said_in = {"declared_in": "--reference"} if declared else {}
    told = representation(project, rows, params, sample, options, **said_in)
    if told is None:
        raise AssayError(
            "the gold version has no training rows", fix="raise params.split.train, then: dvc repro"
        )
    return told


def _sample(
    file: Path, reading: Reading, text: str | None, id_column: str | None, same_as: str | None = None
) -> Sample:
    """The rows of a live file that hold a text, named by `id_column`, or by `same_as` if that is a column."""
    import polars as pl

    from curate.errors import AssayError
    from curate.plain.frames import row_names, text_column
    from curate.text import plural
    from governance.cli.plain_files import open_file, row_ids
    from governance.cli.rim import say
    from train.represent.represent import Sample

    if text is None:
        raise AssayError(f"{file.name} needs a column of texts", fix="name it with --live-input")
    records = open_file(file, reading)
    texts = text_column(records.frame, text, "input", str(file)).alias("input")
    if id_column is None and same_as in records.frame.columns:
        id_column = same_as
    ids = row_ids(records, id_column, file, once=False)
    names = row_names(records.frame, ids, str(file), once=False).cast(pl.String).alias("id")
    rows = pl.DataFrame([names, texts]).filter(pl.col("input").str.strip_chars() != "")
    if empty := texts.len() - rows.height:
        say(f"{plural(empty, 'live row')} without a text left out")
    return Sample(rows["id"], rows["input"])


def _of_file(
    file: Path,
    test: Path | None,
    columns: tuple[str | None, str | None, str | None],
    by: list[str],
    sample: Sample | None,
    declared: dict[str, dict[str, float]],
    reading: Reading,
    options: dict[str, Any],
) -> Representation:
    import polars as pl

    from curate.errors import AssayError
    from curate.plain.frames import row_names, text_column
    from curate.text import plural
    from governance.cli.plain_files import open_file, row_ids
    from governance.cli.rim import say
    from train.represent import represent as told
    from train.represent.represent import Sample

    input_column, output_column, id_column = columns
    if input_column is None:
        raise AssayError(f"{file.name} needs a column of texts", fix="name it with --input")

    def part(path: Path) -> Sample:
        records = open_file(path, reading)
        names = row_names(records.frame, row_ids(records, id_column, path, once=False), str(path), once=False)
        wanted = {"input": input_column} | ({"output": output_column} if output_column else {})
        read = {role: text_column(records.frame, column, role, str(path)) for role, column in wanted.items()}
        counted = {
            column: text_column(records.frame, column, "reference" if column in declared else "by", str(path))
            for column in dict.fromkeys(by)
        }
        texts = read["input"].fill_null("")
        kept = (texts.str.strip_chars() != "") & (read["output"].is_not_null() if output_column else True)
        if left_out := int((~kept).sum()):
            lacking = "a text or an output" if output_column else "a text"
            say(f"{plural(left_out, 'row')} of {path.name} without {lacking} left out")
        labels = read["output"].filter(kept) if output_column else None
        values = {column: series.filter(kept) for column, series in counted.items()}
        return Sample(names.cast(pl.String).filter(kept), texts.filter(kept), labels, values)

    train = part(file)
    nothing = Sample(
        train.ids.head(0),
        train.texts.head(0),
        None,
        {column: values.head(0) for column, values in train.columns.items()},
    )
    return told(train, part(test) if test else nothing, sample, declared=declared, **options)


def _document(told: Representation) -> dict[str, Any]:
    live = told.live
    return {
        "schema": "assay.represent/1",
        "rows": told.rows,
        "vectors": told.vectors,
        "classes": told.classes.to_dicts(),
        "mix": told.mix.to_dicts(),
        "reference": told.reference.to_dicts(),
        "live": None
        if live is None
        else {
            "inputs": live.inputs,
            "far": live.far,
            "threshold": live.threshold,
            "regions": live.regions.to_dicts(),
            "candidates": live.candidates.to_dicts(),
        },
    }


def _print(told: Representation) -> None:
    """The section of the report, what it folds away included, without its map."""
    from curate.show.blocks import Chart, Details, Heading, Item, Listing
    from curate.show.terminal import draw
    from governance.cli.rim import stdout
    from governance.report.representative import blocks_of

    shown: list[Block] = []
    for block in blocks_of(told):
        if isinstance(block, Details):
            shown += [Heading(block.summary), *block.blocks]
        elif not isinstance(block, Chart):
            shown.append(block)
    if not told.classes.height and not told.reference.height and told.live is None:
        shown += [Heading("To say more"), Listing([Item(text) for text in _MORE])]
    draw(shown, stdout())
