"""`assay advise`: before training."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from governance.cli.plain_files import Reading, id_option, reading_options

if TYPE_CHECKING:
    from train.advise.case import Case

KINDS = ("classification", "extraction", "rewriting", "summary", "preference")


@click.command()
@click.argument("file", required=False, type=click.Path(path_type=Path))
@click.option("--input", "input_column", metavar="COLUMN", help="With FILE: column with the input text.")
@click.option(
    "--output", "output_column", metavar="COLUMN", help="With FILE: column with the label, JSON or text."
)
@click.option(
    "--kind",
    type=click.Choice(KINDS),
    default="classification",
    show_default=True,
    help="With FILE: what a row asks for.",
)
@click.option(
    "--target",
    type=click.FloatRange(0, 1, min_open=True),
    help="With FILE: the score that is good enough.  [default: by kind]",
)
@click.option("--date", "date_column", metavar="COLUMN", help="With FILE: when a row was collected.")
@click.option(
    "--held-out",
    "held_column",
    metavar="COLUMN",
    help="With FILE: true (1, yes, test) where a row is held out.",
)
@click.option(
    "--requests",
    type=click.FloatRange(min=0),
    metavar="N",
    help="Requests a month; in a project in place of advise.requests_per_month.",
)
@click.option(
    "--ingested", is_flag=True, help="In a project: judge the ingested rows though gold is published."
)
@click.option(
    "--format",
    "shape",
    type=click.Choice(["text", "json", "github"]),
    default="text",
    show_default=True,
    help="How to print.",
)
@id_option
@reading_options
def advise(
    file: Path | None,
    input_column: str | None,
    output_column: str | None,
    kind: str,
    target: float | None,
    date_column: str | None,
    held_column: str | None,
    requests: float | None,
    ingested: bool,
    shape: str,
    id_column: str | None,
    reading: Reading,
) -> None:
    """Say before any training whether fine-tuning is the right thing, by the rows and what the card declares.

    In a project the rows of gold are judged, or those ingested; with FILE those of a plain file. The verdict
    is one of prompt, retrieval, fine-tune, fix the data first, define the task first; with it stand
    the rule that decided, every answer with its figures, and rows that show it, masked. No model is loaded:
    words are counted (docs/advise.md says what each answer is worth).

    Whether it pays is told where params.yaml declares prices (`cost`) and volume (`advise`).

    Exit codes: 0 fine-tune, 1 any other verdict, 2 the rows cannot be judged.

    \b
    Examples:
      assay advise
      assay advise --ingested --requests 40000
      assay advise export.csv --input text --output category --target 0.85
      assay advise faq.jsonl --kind rewriting --input question --output answer --date asked --format json
    """
    from dataclasses import replace

    from curate.errors import AssayError
    from curate.project import Project
    from curate.show.door import commands
    from curate.show.github import workflow_commands
    from curate.show.terminal import draw
    from governance.advise import project_case
    from governance.cli.rim import emit_json, stdout
    from train.advise.advise import advise as ask
    from train.advise.show import blocks, document, notices
    from train.advise.verdict import TUNE

    if file is None:
        case, where = project_case(Project.find(), ingested=ingested)
    else:
        if input_column is None or output_column is None:
            raise click.UsageError("FILE needs --input COLUMN and --output COLUMN")
        case = _file_case(
            file, input_column, output_column, kind, target, date_column, held_column, id_column, reading
        )
        where = file.name
    if requests is not None:
        case = replace(case, params=case.params.model_copy(update={"requests_per_month": requests}))
    if not case.height:
        raise AssayError(
            "no row has both an input and an output", fix="name the columns with --input and --output"
        )
    advice = ask(case)
    if shape == "json":
        emit_json(document(case, advice, where))
    elif shape == "github":
        commands(workflow_commands(notices(advice), about="assay advise"))
    else:
        draw(blocks(case, advice, where), stdout())
    raise SystemExit(0 if advice.verdict == TUNE else 1)


def _file_case(
    file: Path,
    input_column: str,
    output_column: str,
    kind: str,
    target: float | None,
    date_column: str | None,
    held_column: str | None,
    id_column: str | None,
    reading: Reading,
) -> Case:
    """The case of a plain file."""
    import polars as pl

    from curate.plain.frames import row_names, text_column
    from curate.task import METRICS, Kind
    from governance.cli.plain_files import open_file
    from train.advise.case import Case, case_rows

    records = open_file(file, reading)
    frame, name = records.frame, str(file)
    columns = {"input": input_column, "output": output_column}
    if date_column:
        columns["collected_at"] = date_column
    texts = [text_column(frame, column, role, name).alias(role) for role, column in columns.items()]
    named = records.numbers if id_column is None else row_names(frame, id_column, name)
    rows = pl.DataFrame([named.cast(pl.String).alias("example_id"), *texts])
    if held_column:
        said = text_column(frame, held_column, "held-out", name).str.to_lowercase().str.strip_chars()
        rows = rows.with_columns(
            said.is_in(["true", "1", "yes", "test", "held out", "held_out"])
            .fill_null(False)
            .alias("held_out")
        )
    chosen = Kind(kind)
    return Case(case_rows(rows), chosen, METRICS[chosen][-1 if chosen is Kind.CLASSIFICATION else 0], target)
