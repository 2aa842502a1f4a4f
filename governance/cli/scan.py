"""`assay scan`: the project's stage, or an inventory of personal data in any plain file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from governance.cli.plain_files import Reading, id_option, out_option, reading_options
from governance.cli.rim import engine_option, format_option

if TYPE_CHECKING:
    from curate.pii.detect.params import ScanParams
    from curate.plain.scan import ScanResult

# Columns named beside an entity; -o has every finding.
_COLUMNS = 3


@click.command()
@click.argument("file", required=False, type=click.Path(path_type=Path))
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
@click.option(
    "--threshold",
    type=click.FloatRange(0, 1, min_open=True),
    metavar="SCORE",
    help="Show findings from this score on.  [default: 0.4]",
)
@click.option(
    "--entities",
    metavar="NAMES",
    help="Look for these only (EMAIL_ADDRESS,UK_NHS); or, with a sign before each, change the usual ones "
    "(+DE_TAX_ID,-URL).",
)
@click.option(
    "--ner",
    metavar="ENGINE[:MODEL]",
    help="What finds names: bundled, none, or a model of yours (spacy:FOLDER, transformers:..., gliner:...).",
)
@click.option(
    "--language",
    metavar="TAGS",
    help="Language of rows whose column `language` or `lang` says none: one of en, de, fr, es, it, nl, "
    "pt, pl, "
    "or auto to look at each text.  [default: en]",
)
@click.option(
    "--allow",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar="LIST",
    help="A file of values, one a line, that are never found.",
)
@click.option(
    "--deny",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar="LIST",
    help="A file of values, one a line, that are always found (as DENIED).",
)
@click.option(
    "--no-project",
    is_flag=True,
    help="Within a project, scan FILE with the defaults and not with the project's `scan` parameters.",
)
@engine_option
@reading_options
def scan(
    file: Path | None,
    fields: tuple[str, ...],
    id_column: str | None,
    shape: str,
    out: Path | None,
    processes: int | None,
    engine: str | None,
    threshold: float | None,
    entities: str | None,
    ner: str | None,
    language: str | None,
    allow: Path | None,
    deny: Path | None,
    no_project: bool,
    reading: Reading,
) -> None:
    """Find personal data in FILE and print an inventory; without FILE, run the project's stage.

    Needs no project and no key; within a project, FILE is scanned with the project's parameters. Values are
    shown masked. An inventory is not a gate: exit code 0 whatever it finds. Offsets in the file of -o are
    characters of the field as read.

    \b
    Examples:
      assay scan export.csv
      assay scan export.csv --field text --id ticket_id -o findings.parquet
      assay scan export.parquet --processes 8 -o findings.parquet
      assay scan export.csv --language auto --entities +DE_TAX_ID,-URL
      assay scan export.csv --deny private/customers.txt --ner none --threshold 0.6
      assay scan                      # the stage, same as: dvc repro -s scan
    """
    knobs = {"threshold": threshold, "entities": _entities(entities), "ner": _ner(ner)}
    knobs |= {"language": _languages(language)}
    asked = {name: value for name, value in knobs.items() if value is not None}
    asked |= {"ner": None} if ner == "none" else {}
    if file is None:
        if fields or id_column or out or shape != "text" or reading != Reading() or asked or allow or deny:
            raise click.UsageError(
                "--field, --id, --format, -o, the options of reading and those that change what is "
                "looked for need "
                "a FILE; the stage is configured in params.yaml under `scan`"
            )
        from governance.cli.rim import run_stage

        run_stage("scan", engine=engine, processes=processes)
        _warn()
        return
    from curate.plain.scan import scan as scanned
    from curate.read import shown_name
    from curate.text import plural
    from governance.cli.plain_files import (
        checked_out,
        large_file,
        lost_rows,
        open_file,
        plain_engine,
        report_lost,
        row_ids,
        unreadable,
        write_out,
    )
    from governance.cli.rim import cores, emit_json, progress_bar, say

    asked["processes"] = processes or min(cores(), 4)
    params, root = _params(asked, allow, deny, no_project)
    checked_out(out, file)
    with plain_engine(engine, file) as running, progress_bar("scan") as progress:
        if running.name == "local":
            records = open_file(file, reading)
            ids = row_ids(records, id_column, file)
            given: dict[str, Any] = {"params": params, "root": root, "progress": progress}
            result = scanned(records.frame, fields or None, id=ids, name=str(file), **given)
            rows, lost, counted = records.frame.height, lost_rows(records), unreadable(records)
        else:
            from curate.plain.large import scan_file

            large = large_file(file, reading, id_column)
            result = scan_file(large, fields or None, params, root, progress)
            report_lost(large, reading)
            rows, unread = large.rows, large.unreadable.height
            lost = f"; {plural(unread, 'row')} could not be read" if unread else ""
            counted = {"unreadable": unread} if unread else {}
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
                "rows": rows,
                **counted,
                "fields": [shown_name(column) for column in result.fields],
                "other_languages": others,
                "inventory": [
                    {**row, "columns": {shown_name(name): found for name, found in row["columns"].items()}}
                    for row in result.inventory
                ],
            }
        )
    else:
        _print(result, rows, lost)


def _entities(said: str | None) -> Any:
    """`--entities` as `scan.entities` has it."""
    if said is None:
        return None
    names = [name.strip() for name in said.split(",") if name.strip()]
    signed = [name for name in names if name[0] in "+-"]
    if signed and len(signed) < len(names):
        raise click.UsageError("--entities: put + or - before every name, or before none")
    if not names:
        raise click.UsageError("--entities names nothing; --entities EMAIL_ADDRESS,PHONE_NUMBER")
    if not signed:
        return names
    return {
        "add": [name[1:] for name in names if name[0] == "+"],
        "remove": [name[1:] for name in names if name[0] == "-"],
    }


def _ner(said: str | None) -> Any:
    """`--ner` as `scan.ner` has it; the caller handles `none`."""
    if said in (None, "none"):
        return None
    engine, _, model = said.partition(":")
    return {"engine": engine, "model": model or None}


def _languages(said: str | None) -> Any:
    """`--language` as `scan.language` has it."""
    if said is None:
        return None
    tags = [tag.strip().lower() for tag in said.split(",") if tag.strip()]
    return tags[0] if len(tags) == 1 else tags


def _params(
    asked: dict[str, Any], allow: Path | None, deny: Path | None, no_project: bool
) -> tuple[ScanParams, Path | None]:
    """The parameters that FILE is scanned with, and the folder that their files are relative to."""
    from curate.errors import AssayError
    from curate.params import parse
    from curate.pii.detect.params import ScanParams
    from curate.project import Project
    from governance.cli.rim import say

    params, root = ScanParams(), None
    if not no_project:
        try:
            project = Project.find()
        except AssayError:
            project = None
        if project:
            try:
                params, root = project.params("scan", ScanParams), project.root
            except AssayError as error:  # the file itself may be in order
                raise AssayError(
                    error.problem, fix=f"{error.fix}   (or, to scan with the defaults: --no-project)"
                ) from error
            say(
                f"scanning with the parameters `scan` of {root / 'params.yaml'} (--no-project: with the "
                f"defaults)"
            )
    for name, path in (("allow", allow), ("deny", deny)):
        if path is not None:
            asked[name] = [*(dict(one) for one in getattr(params, name)), {"file": str(path.absolute())}]
    return parse(ScanParams, {**dict(params), **asked}, ""), root


# Columns named in the headline.
_SHOWN = 20


def _print(result: ScanResult, row_count: int, lost: str) -> None:
    from rich.table import Table

    from curate.read import shown_name
    from curate.text import for_rich, plural
    from governance.cli.rim import stdout

    console = stdout()
    where = ", ".join(for_rich(shown_name(column), 60) for column in result.fields[:_SHOWN])
    if len(result.fields) > _SHOWN:
        where += f" and {len(result.fields) - _SHOWN:,} more"
    rows = plural(row_count, "row")
    if not result.findings.height:
        console.print(f"No personal data found in {rows} ({where}){lost}.")
        return
    table = Table(
        title=f"Personal data in {rows} ({where}){lost}", title_justify="left", box=None, pad_edge=False
    )
    table.add_column("entity")
    for name in ("findings", "verified", "rows", "values"):
        table.add_column(name, justify="right")
    table.add_column("columns")
    table.add_column("example (masked)")
    for row in result.inventory:
        table.add_row(
            row["entity"],
            *(f"{row[name]:,}" for name in ("findings", "verified", "rows", "values")),
            for_rich(_named(row["columns"]), 60),
            for_rich(row["example"]),
        )
    console.print(table)


def _named(columns: dict[str, int]) -> str:
    """The columns that hold most of an entity, with their counts where there are several."""
    from curate.read import shown_name

    if len(columns) == 1:
        return shown_name(next(iter(columns)))
    named = [f"{shown_name(column)} {findings:,}" for column, findings in list(columns.items())[:_COLUMNS]]
    more = [f"{len(columns) - _COLUMNS} more"] if len(columns) > _COLUMNS else []
    return ", ".join([*named, *more])


def _warn() -> None:
    """Say it where redaction would change much of the data, before anybody runs it."""
    from curate.project import Project
    from governance.cli.rim import say
    from governance.redaction_impact import row_share_warning

    if warning := row_share_warning(Project.find()):
        say(f"warning: {warning}")
