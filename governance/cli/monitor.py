"""`assay monitor`: has the world moved away from gold?"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from governance.cli.plain_files import Reading, reading_options

if TYPE_CHECKING:
    from governance.monitor.run import Monitored

SHAPES = ("text", "json", "markdown", "html", "github")
_FILE = click.Path(dir_okay=False, exists=True, path_type=Path)
_OUT = click.Path(dir_okay=False, path_type=Path)


@click.command()
@click.argument("live", type=_FILE)
@click.option(
    "--against",
    type=click.Path(exists=False, path_type=Path),
    metavar="GOLD",
    help="A gold folder, or any file of earlier rows.  [default: gold]",
)
@click.option("--input", "inputs", multiple=True, metavar="COLUMN", help="Column of the texts.")
@click.option("--id", "id_column", metavar="COLUMN", help="Column that names a row.")
@click.option("--group", metavar="COLUMN", help="Rows that hang together: a customer, a thread.")
@click.option("--label", metavar="COLUMN", help="Column of labels, in LIVE and in --labels.")
@click.option(
    "--answers", type=_FILE, help="What `assay predict` wrote for LIVE; the refused rows beside it."
)
@click.option(
    "--model", metavar="NAME", help="Whose answers they are.  [default: the fine-tuned system compared]"
)
@click.option("--labels", type=_FILE, help="Labels that came late, by id: how many answers are right.")
@click.option(
    "--candidates", type=_OUT, metavar="FILE", help="Write the rows most unlike gold there, to label."
)
@click.option("--dry-run", is_flag=True, help="Record nothing; the next look does not know of this one.")
@click.option(
    "--format", "shape", type=click.Choice(SHAPES), help="How to print.  [default: by -o's name, else text]"
)
@click.option("-o", "--output", type=_OUT, help="Write there instead of stdout: .html, .md, .json.")
@reading_options
def monitor(
    live: Path,
    against: Path | None,
    inputs: tuple[str, ...],
    id_column: str | None,
    group: str | None,
    label: str | None,
    answers: Path | None,
    model: str | None,
    labels: Path | None,
    candidates: Path | None,
    dry_run: bool,
    shape: str | None,
    output: Path | None,
    reading: Reading,
) -> None:
    """Compare the rows of LIVE with gold: has the world moved, how, and what is to be done.

    Meanings, words, length, language, source, unknown words and personal data a row are tested; with
    --answers also labels, confidences and refusals, and with --labels how many answers are right. A year of
    looks raises a false alarm with a chance of 5 % at most, if rows that hang together name their group and
    gold's dates cover the seasons: every look spends a part of that, which is remembered in records/
    (params.monitor; docs/lifecycle.md has what was measured).

    Outside of a project --against names what LIVE is compared with, and nothing is recorded.

    Shown texts are masked. `assay triage --refusals` works through the file that --candidates writes; it has
    the columns that ingest.files takes too, with empty outputs to be filled in.

    Exit codes: 0 nothing moved, 1 something did, 2 nothing could be compared.

    \b
    Examples:
      assay monitor new_tickets.csv
      assay monitor new_tickets.csv --answers routed.parquet -o monitor.html
      assay monitor new_tickets.csv --answers routed.parquet --labels checked.csv
      assay monitor new_tickets.csv --candidates to_label.csv --dry-run
      assay monitor this_month.csv --against last_month.csv --input text
    """
    from curate.files import write_text
    from curate.read.dialect import delimiter_sign
    from curate.text import shell_word
    from governance.cli.plain_files import checked_place
    from governance.cli.rim import DOCUMENTS, say
    from governance.monitor.document import record_words
    from governance.monitor.live import Fields
    from governance.monitor.outside import project_of
    from governance.monitor.run import Request
    from governance.monitor.run import monitor as look

    for place in (output, candidates):
        checked_place(place)
    shape = shape or DOCUMENTS.get(output.suffix.lower() if output else "", "text")
    sign = None if reading.delimiter is None else delimiter_sign(reading.delimiter)
    fields = Fields(inputs, id_column, group, label, reading.format, reading.encoding, sign)
    with project_of(against, answers) as (project, whole):
        record = whole and not dry_run
        if not whole:
            say("monitor: in no project: nothing is recorded, and texts are masked by the default policy")
        request = Request(live, against, fields, answers, model, labels, candidates, record, reading.strict)
        done = look(project, request, say)
    if candidates is not None:
        say(f"rows to label written to {candidates}")
        say(f"  next: assay triage --refusals {shell_word(candidates)}")
    if output is not None:
        write_text(output, _document(done, shape))
        say(f"{output} written")
    else:
        _print(done, shape)
    say(f"monitor: {record_words(done)}")
    sys.exit(1 if done.drift else 0)


def _document(done: Monitored, shape: str) -> str:
    """The look in one of the formats."""
    from curate.show import html, markdown, terminal
    from curate.show.jsontext import json_text
    from governance.monitor import document

    if shape == "json":
        return json_text(document.as_json(done))
    if shape == "github":
        return document.as_github(done)
    if shape == "html":
        return html.as_html(document.as_document(done))
    if shape == "markdown":
        return markdown.as_markdown(document.as_document(done), level=2)
    return terminal.as_text(document.terminal_blocks(done))


def _print(done: Monitored, shape: str) -> None:
    from curate.show.door import commands
    from curate.show.github import summary_room, write_summary

    if shape == "github":
        from curate.show.github import summary_file
        from curate.show.markdown import as_markdown
        from governance.monitor.document import as_document

        place, room = summary_file(), summary_room()
        if place is not None and room:
            write_summary(as_markdown(as_document(done), level=2, limit=min(room, 60_000)), place)
        commands(_document(done, shape))
    elif shape == "text":
        from curate.show.terminal import draw
        from governance.cli.rim import stdout
        from governance.monitor.document import terminal_blocks

        draw(terminal_blocks(done), stdout())
    else:
        click.echo(_document(done, shape), nl=False)
