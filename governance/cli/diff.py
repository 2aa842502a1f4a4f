"""`assay diff`: what changed between two dataset versions, and why."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from curate.show.jsontext import json_text
from governance.cli.plain_files import Reading, checked_out, open_file, reading_options, write_out
from governance.cli.rim import DOCUMENTS, say, stdout

if TYPE_CHECKING:
    from curate.diff import Difference
    from curate.diff.show.tables import GateRow


FORMS = ("text", "json", "markdown", "html", "github")
# Changes listed where --limit does not say: per kind in the faces that show examples, else in all.
LISTED = {"text": 5, "json": 1000, "markdown": 10, "html": 25_000, "github": 10}


@click.command()
@click.argument("before", metavar="[A]", default="HEAD")
@click.argument("after", metavar="[B]", required=False)
@click.option(
    "--key",
    "--id",
    "keys",
    multiple=True,
    metavar="COL",
    help="Plain files: the column that names a row; repeat it for a compound key. Without one, rows are "
    "matched by content, then by likeness.",
)
@click.option("--label", metavar="COL", help="Plain files: the column whose change is a relabelling.")
@click.option(
    "--format",
    "form",
    type=click.Choice(FORMS),
    help="github: annotations, and the step's summary.  [default: by -o's name, else text]",
)
@click.option(
    "--show-values/--hide-values",
    default=None,
    help="Show texts before and after. By default shown for gold versions, hidden for plain files; texts "
    "that only redaction changed are never shown.",
)
@click.option(
    "--limit",
    type=click.IntRange(min=0),
    help="Changes listed: per kind (text 5, markdown and github 10) or in all (json 1000, html 25000).",
)
@click.option(
    "-o",
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write every change (with all values: keep it out of git) to a name that ends in .parquet, .csv, "
    ".tsv or .jsonl; one that ends in .html, .md or .json gets the masked document in place of stdout.",
)
@click.option(
    "--fetch", is_flag=True, help="Bring an old version that DVC's cache lacks from the DVC remote."
)
@click.option(
    "--gates",
    "with_gates",
    is_flag=True,
    help="Judge the gates of `assay check` too; B must be the work tree.",
)
@click.option(
    "--exit-code", is_flag=True, help="Exit 1 on any difference, as git does, not only on unexplained ones."
)
@click.option(
    "--tolerance",
    type=click.FloatRange(min=0),
    default=0.0,
    show_default=True,
    metavar="SHARE",
    help="Numbers that differ by at most this share (below 1: by this much) are not a change.",
)
@click.option("--comment", metavar="TEXT", help="Say this of the difference; it is kept in decisions/.")
@click.option("--on", metavar="ROW", help="The changed row that --comment is on; without it: all of it.")
@click.option("--take-back", metavar="NAME", help="Take back a comment of yours, by the name listed with it.")
@click.option("--reviewer", metavar="NAME", help="Who comments; default: git's user.name.")
@reading_options
def diff(
    before: str,
    after: str | None,
    keys: tuple[str, ...],
    label: str | None,
    form: str | None,
    show_values: bool | None,
    limit: int | None,
    output: Path | None,
    fetch: bool,
    with_gates: bool,
    exit_code: bool,
    tolerance: float,
    comment: str | None,
    on: str | None,
    take_back: str | None,
    reviewer: str | None,
    reading: Reading,
) -> int:
    """What changed between dataset versions A and B, row by row, and why.

    A and B are git revisions or tags (read from DVC's cache, nothing is checked out), gold folders, or plain
    files. A defaults to HEAD and B to the work tree's gold/; A..B compares two revisions, A...B starts where
    they parted. A path that exists goes before a revision of the same name.

    A comment (--comment, or in the diff room of `assay review`) is a line of decisions/comments.jsonl, kept
    only if the project's detectors find nothing personal in it; whoever compares these versions next is
    shown it.

    Personal data is masked in whatever is shown. Exit code: 0 if every change has a cause, 1 if some is
    unexplained, a version is not what was published, the policy was loosened, or a gate asked for fails; 2 on
    a usage error.

    \b
    Examples:
      assay diff                                        # work tree against HEAD
      assay diff v1.0..v2.0 --format markdown           # for a pull request
      assay diff main -o diff.html                      # to search and filter
      assay diff main --comment "the 2023 guideline says otherwise" --on r17
      assay diff main --gates --format github           # in a workflow of GitHub Actions
      assay diff old.csv new.csv --key id --label category
      assay diff old/gold new/gold -o changes.parquet
    """
    from curate.diff import open_both

    if on and comment is None:
        raise click.UsageError("--on names the row of a comment; give --comment TEXT too")
    named = DOCUMENTS.get(output.suffix.lower()) if output else None
    if not named:
        checked_out(output)
    # Digests of gold files are taken while the rest is loaded.
    versions = open_both(
        before, after, keys=keys, label=label, fetch=fetch, read=lambda path: open_file(path, reading)
    )

    from curate.diff import compare, draw, step_summary, workflow_commands
    from curate.diff.show.document import failed
    from curate.files import write_text
    from curate.show.door import commands
    from curate.text import plural
    from governance.cli.gates import judged

    form = form or named or "text"
    if named and form not in DOCUMENTS.values():
        raise click.UsageError(
            f"--format {form} is not a document to write to {output}; leave --format out, or -o"
        )
    difference = compare(*versions, tolerance=tolerance)
    if difference.after.gold:
        difference = _commented(difference, comment, on or "", take_back, reviewer)
    elif comment is not None or take_back:
        raise click.UsageError("comments are on gold versions, and these are plain files")
    shown = difference.after.gold if show_values is None else show_values
    gates = judged(difference.before.name, difference.after.name) if with_gates else ()
    most = LISTED[form] if limit is None else limit
    if output is not None and not named:
        write_out(difference.table, output, plural(difference.changes.height, "change"))
    if form in DOCUMENTS.values():
        text = _document(difference, form, most, shown, gates)
        if named and output:
            write_text(output, text)
            say(f"{output} written")
        else:
            click.echo(text, nl=False)
    elif form == "github":
        commands(workflow_commands(difference, gates))
        if step_summary(difference, samples=most, show_values=shown, gates=gates) is None:
            say("no step summary was written: GITHUB_STEP_SUMMARY names no file, or its file is full")
    else:
        draw(difference, stdout(), samples=most, show_values=shown, gates=gates)
        if not difference.after.gold and not difference.after.keys:
            say("rows were matched by content, then by likeness; a key column makes it certain: --key COL")
    return 1 if failed(difference, gates) or (exit_code and not difference.summary.empty) else 0


def _commented(
    difference: Difference, comment: str | None, on: str, take_back: str | None, reviewer: str | None
) -> Difference:
    """The difference with its comments, after one was written or taken back; outside a project as it is."""
    from datetime import date

    from curate.diff.commented import Commenter, with_comments
    from curate.errors import AssayError
    from curate.project import Project
    from governance.cli.triage import git_name

    try:
        project = Project.find()
    except AssayError:
        if comment is not None or take_back:
            raise
        return difference
    if comment is not None or take_back:
        who = Commenter(project, reviewer or git_name(project, "assay diff"), date.today())
        if take_back:
            who.take_back(take_back)
        if comment is not None:
            who.say(difference, comment, on)
        say("decisions/comments.jsonl: commit it with the rest")
    return with_comments(difference, project)


def _document(difference: Difference, form: str, most: int, shown: bool, gates: tuple[GateRow, ...]) -> str:
    """The difference as JSON, Markdown or an HTML page."""
    from curate.diff import document, markdown, page

    if form == "json":
        return json_text(document(difference, limit=most, show_values=shown, gates=gates))
    if form == "markdown":
        return markdown(difference, samples=most, show_values=shown, gates=gates)
    return page(difference, show_values=shown, most=most, gates=gates)
