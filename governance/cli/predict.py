"""`assay predict`: batch inference with guardrails."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from governance.cli.plain_files import Reading, reading_options
from governance.cli.rim import format_option

if TYPE_CHECKING:
    from governance.predict.run import Outcome


@click.command()
@click.argument("model")
@click.argument("file")
@click.option(
    "-o",
    "--out",
    required=True,
    metavar="FILE",
    help="Kept answers: .parquet, .csv, .tsv or .jsonl; - for JSON Lines on stdout.",
)
@click.option(
    "--refused",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Refused rows.  [default: out.refused.parquet beside out.parquet]",
)
@click.option(
    "--input",
    "inputs",
    multiple=True,
    metavar="COLUMN",
    help="Column of the text; several become paragraphs.  [default: as params.ingest.columns says]",
)
@click.option("--id", "id_column", metavar="COLUMN", help="Column that goes along as `id`.")
@click.option("--carry", multiple=True, metavar="COLUMN", help="Further column of kept rows.")
@click.option("--explain", is_flag=True, help="Show the nearest gold rows of each row (twice the work).")
@format_option
@reading_options
def predict(
    model: str,
    file: str,
    out: str,
    refused: Path | None,
    inputs: tuple[str, ...],
    id_column: str | None,
    carry: tuple[str, ...],
    explain: bool,
    shape: str,
    reading: Reading,
) -> None:
    """Answer the rows of FILE with trained MODEL, and keep back what the guardrails refuse.

    MODEL is a system of the project here (lora) or its folder (models/lora). FILE is JSON Lines, CSV, TSV or
    Parquet, read in parts, or - for JSON Lines on stdin. It needs no answers.

    Kept rows hold row (the record's number in FILE, from 0), id, output, confidence, flags. Refused rows
    hold masked texts, reason codes and words, and an empty output to be filled in: name the file among
    ingest.files in params.yaml and its rows come in. Every row of FILE is in one of the two, once. A run that
    was stopped goes on where it stood; what refuses and what only flags is set in params.yaml, section
    predict (docs/lifecycle.md).

    A model that was changed, revoked, trained on rows erased since, that has no training record, or whose
    task is overdue for review does not answer.

    Exit codes: 0 every answer is kept, 1 some are refused, 2 nothing could be answered.

    \b
    Examples:
      assay predict lora new_tickets.csv -o routed.parquet
      assay predict lora new_tickets.jsonl --input body --id ticket -o routed.csv --refused held.parquet
      assay predict lora new_tickets.parquet --carry received -o routed.parquet --explain
      tail -n 500 live.jsonl | assay predict lora - -o - --refused held.jsonl > routed.jsonl
    """
    from dataclasses import asdict

    from curate.project import Project
    from curate.read.dialect import delimiter_sign
    from governance.cli.rim import emit_json, progress_bar, say, stdout
    from governance.predict.run import STREAM, Request
    from governance.predict.run import predict as answer

    if out == STREAM and refused is None:
        raise click.UsageError("-o - writes kept answers to stdout: --refused FILE says where the others go")
    if out == STREAM and shape == "json":
        raise click.UsageError("-o - and --format json both write to stdout")
    place = refused or Path(out).with_suffix(f".refused{Path(out).suffix}")
    sign = None if reading.delimiter is None else delimiter_sign(reading.delimiter)
    request = Request(
        model, file, out, place, inputs, id_column, carry, reading.format, reading.encoding, sign, explain
    )
    with progress_bar("predict") as progress:
        outcome = answer(Project.find(), request, say, progress)
    if shape == "json":
        threshold = asdict(outcome.threshold) if outcome.threshold else None
        if threshold and not outcome.threshold.answers_any:  # type: ignore[union-attr]
            threshold["confidence"] = None
        facts = {**asdict(outcome), "threshold": threshold, "out": out, "refused_file": str(place)}
        emit_json({"schema": "assay.predict/1", **facts})
    else:
        for line in _lines(outcome, out, place):
            (say if out == STREAM else stdout().print)(line)
    if outcome.refused:
        raise SystemExit(1)


def _lines(outcome: Outcome, out: str, place: Path) -> list[str]:
    """The outcome in words."""
    from curate.text import plural

    flags, codes = (
        ", ".join(f"{code} {rows:,}" for code, rows in counts.items())
        for counts in (outcome.flags, outcome.codes)
    )
    name = "stdout" if out == "-" else out
    return [
        f"{name}: {outcome.kept:,} of {plural(outcome.rows, 'row')} kept"
        + (f" (flagged: {flags})" if flags else ""),
        f"{place}: {outcome.refused:,} refused" + (f" ({codes})" if codes else ""),
    ]
