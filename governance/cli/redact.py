"""`assay redact`: personal data taken out of a plain FILE, or the stage of the project here."""

from __future__ import annotations

from pathlib import Path

import click

from governance.cli.plain_files import Reading, id_option, reading_options
from governance.cli.rim import engine_option, format_option


@click.command()
@click.argument("file", required=False, type=click.Path(path_type=Path))
@click.option(
    "--field",
    "fields",
    multiple=True,
    metavar="COLUMN",
    help="Column to redact, up to three times; default: every column of text.",
)
@id_option
@click.option(
    "--action",
    type=click.Choice(["replace", "mask", "pseudonymise", "drop_row"]),
    help="What is done with a finding; default: replace, a numbered placeholder.",
)
@click.option("--keep", multiple=True, metavar="ENTITY", help="Leave findings of this entity.")
@click.option(
    "-o",
    "--out",
    type=click.Path(path_type=Path),
    help="Where the redacted table goes: .parquet, .csv, .tsv or .jsonl.",
)
@format_option
@engine_option
@reading_options
def redact(
    file: Path | None,
    fields: tuple[str, ...],
    id_column: str | None,
    action: str | None,
    keep: tuple[str, ...],
    out: Path | None,
    shape: str,
    engine: str | None,
    reading: Reading,
) -> None:
    """Take personal data out: of FILE, or without it of the project here (stage `redact`, by params.yaml).

    Values have one numbered placeholder throughout their row. Columns that are not named stay as they are:
    name the texts and leave labels out. No map back to the values is kept; who holds FILE holds them.

    \b
    Examples:
      assay redact                                    # the project's stage, same as: dvc repro -s redact
      assay redact export.csv --field text -o redacted.parquet
      assay redact export.csv --field text --field reply --keep UK_POSTCODE -o redacted.parquet
    """
    if file is None:
        given = (fields, id_column, action, keep, out)
        if any(given) or shape != "text" or reading != Reading():
            raise click.UsageError(
                "options go with a FILE; without one the stage takes its settings from params.yaml"
            )
        from governance.cli.rim import run_stage

        run_stage("redact", engine=engine)
        return
    if engine not in (None, "auto", "local"):
        raise click.UsageError("FILE is redacted in memory: --engine goes with the stage, without FILE")
    if out is None:
        raise click.UsageError("-o FILE says where the redacted table goes")

    from curate.params import parse
    from curate.pii.redact.params import RedactParams
    from curate.plain.redact import redact as redacted
    from curate.text import plural
    from governance.cli.plain_files import (
        checked_place,
        checked_table,
        open_file,
        row_ids,
        unreadable,
        write_table,
    )
    from governance.cli.rim import emit_json, progress_bar, stdout

    checked_place(out)
    form = checked_table(out, Path(file), word="redacted")
    records = open_file(file, reading)
    policy = parse(
        RedactParams,
        {"default": action or "replace", "actions": dict.fromkeys(keep, "keep")},
        "redact",
    )
    policy.check(set())
    with progress_bar("redact") as progress:
        result = redacted(
            records.frame,
            fields or None,
            id=row_ids(records, id_column, file),
            params=policy,
            name=str(file),
            progress=progress,
        )
    write_table(result.kept, out, form, plural(result.kept.height, "row"), nested=records.nested)
    counts = result.counts()
    if shape == "json":
        facts = {
            "fields": list(result.fields),
            "rows": records.frame.height,
            "kept": result.kept.height,
            "dropped": result.dropped.height,
            "values": counts,
        }
        emit_json({"schema": "assay.redact/1", **facts, **unreadable(records)})
        return
    stdout().print(result.headline())
    for entity, count in counts.items():
        stdout().print(f"  {entity} {count:,}")
