"""`assay triage`: the steward's queue in the terminal, and the sample that says how exact the scan is."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from curate.text import plural

if TYPE_CHECKING:
    from datetime import date

    from curate.project import Project
    from governance.triage.accuracy import Draw
    from governance.triage.reviewer import Reviewer


@click.command()
@click.option("--reviewer", metavar="NAME", help="Who judges; default: git's user.name.")
@click.option(
    "--reason",
    default="",
    metavar="TEXT",
    help="Written on every verdict of this session; no personal value in it.",
)
@click.option(
    "--expires",
    type=click.IntRange(min=1),
    metavar="DAYS",
    help="Verdicts hold for so many days; default: until another is given.",
)
@click.option(
    "--entity",
    "entities",
    multiple=True,
    metavar="NAME",
    help="Ask about this entity only, even if the policy keeps it; may be repeated.",
)
@click.option("--limit", type=click.IntRange(min=1), metavar="N", help="Ask about N values at most.")
@click.option(
    "--sample",
    "size",
    type=click.IntRange(min=2),
    metavar="N",
    help="Judge a sample of N findings and rows, then say how exact the scan is.",
)
@click.option(
    "--estimate", is_flag=True, help="Say how exact the scan is, from the answers given so far; asks nothing."
)
@click.option("--rows", "of_rows", is_flag=True, help="Judge rows instead of values: those that wait.")
@click.option("--near", is_flag=True, help="Look over rows that left as near-duplicates, beside what stays.")
@click.option(
    "--refusals",
    is_flag=False,
    flag_value="",
    metavar="[FILE]",
    help="Answer rows that `assay predict` refused; without FILE those that params.triage.refusals names.",
)
@click.option("--list", "listed", is_flag=True, help="Print the rows that wait, without their texts.")
@click.option("--row", "row_ids", multiple=True, metavar="ROW", help="Decide on this row; may be repeated.")
@click.option("--keep", is_flag=True, help="With --row: it is right as it is.")
@click.option("--drop", is_flag=True, help="With --row: it leaves.")
@click.option("--relabel", metavar="OUTPUT", help="With --row: it gets this output.")
@click.option(
    "--set",
    "edits",
    multiple=True,
    metavar="FIELD=TEXT",
    help="With --row: input, output or rejected as it should read after redaction; may be repeated.",
)
@click.option("--undo", is_flag=True, help="With --row: take back what was decided.")
@click.option(
    "--from",
    "table",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    metavar="FILE",
    help="Decide on the rows of a CSV, JSONL or Parquet file: row, verdict, output, input, reason.",
)
@click.option(
    "--format",
    "shape",
    type=click.Choice(("text", "json")),
    default="text",
    show_default=True,
    help="How to print the estimate or the list.",
)
@click.option(
    "--keys",
    metavar="KEYS",
    help="Press these keys instead of reading a terminal, and print each screen: for scripts.",
)
def triage(
    reviewer: str | None,
    reason: str,
    expires: int | None,
    entities: tuple[str, ...],
    limit: int | None,
    size: int | None,
    estimate: bool,
    of_rows: bool,
    near: bool,
    refusals: str | None,
    listed: bool,
    row_ids: tuple[str, ...],
    keep: bool,
    drop: bool,
    relabel: str | None,
    edits: tuple[str, ...],
    undo: bool,
    table: Path | None,
    shape: str,
    keys: str | None,
) -> None:
    """Judge what the scan found, one value at a time; uncertain ones first, one verdict for all repeats.
    With --rows, judge rows: contradictions, labels that look wrong, warnings.

    Values are masked, as is every other value around them. Each verdict is appended to decisions/pii.jsonl at
    once: quit when you like and run it again to go on. `redact` obeys the verdicts at its next run. A record
    of the whole file is left under records/ (see `assay ledger`).

    \b
    Keys: r real   n not personal   p public figure or business   u unsure   s skip
          a lists the values of the pattern, then r n p u judges all   z undo   ? help   q quit
          v shows the value unmasked until the next key, and records who saw it in decisions/reveals.jsonl
    With --sample N, half the questions are about findings drawn by chance and half about whole rows: is
    anything missing? A few dozen answers give each entity's precision and recall, with 95 % intervals.
    Answers about rows go to decisions/pii-sample.jsonl. A larger N later goes on where this one ended.

    \b
    Verdicts on rows go to decisions/rows.jsonl: `redact` checks that the text is still the one that was
    judged, `dedup` carries them out, a later line undoes them. Keys of --rows: k keep   d drop
          1-9 give it the output of that number   u unsure   s skip   z undo   ? help   q quit
          o keep it and drop its twin, where another row says the same
    With --refusals the rows are those that predict refused, and k says that the model's answer is right;
    answers go to data/raw/answered.jsonl (params.triage.answers), to be named in ingest.files.

    \b
    Examples:
      assay triage
      assay triage --rows
      assay triage --rows --list --format json
      assay triage --near
      assay triage --row T-000123 --drop --reason "a test message"
      assay triage --row T-000124 --relabel billing
      assay triage --refusals routed.refused.parquet
      assay triage --refusals routed.refused.parquet --row T-000981 --relabel billing
      assay triage --from decided.csv --reason "second reading of March"
      assay triage --sample 60
      assay triage --estimate --format json
      assay triage --entity UK_POSTCODE --limit 20 --reason "catalogue part codes"
      assay triage --expires 365 --reviewer "Ada Steward"
    """
    from datetime import date

    from curate.errors import AssayError
    from curate.project import Project
    from governance.cli.rim import say
    from governance.cli.triage_rows import RowOptions, decide, show
    from governance.records.events import decided
    from governance.triage.reviewer import Reviewer
    from governance.triage.row_verdicts import Judge

    rows = RowOptions(of_rows, listed, row_ids, keep, drop, undo, relabel, edits, table, near)
    if size is not None and limit is not None:
        raise AssayError(
            "--sample says how many questions there are, and --limit too", fix="leave one of them out"
        )
    if rows.asked and (size is not None or estimate or entities):
        raise AssayError(
            "--sample, --estimate and --entity are about values, and --rows about rows", fix="ask in two runs"
        )
    project = Project.find()
    if refusals is not None:
        from governance.cli.triage_refusals import answer_refusals, show_refusals

        place = Path(refusals) if refusals else None
        if rows.listed:
            return show_refusals(project, place, shape)
        who = Judge(reviewer or git_name(project), reason, date.today(), expires)
        return say(answer_refusals(project, place, rows, who, limit, keys))
    if rows.listed:
        return show(project, shape, near=near)
    if rows.asked:
        who = Judge(reviewer or git_name(project), reason, date.today(), expires)
        say(decide(project, rows, who, limit, keys))
        decided(project, by=reviewer)
        return
    if estimate:
        return _estimate(_Files(project, date.today()), entities, shape)
    name = reviewer or git_name(project)
    judge = Reviewer(name, reason, date.today(), expires, project.key.key_id)
    files = _Files(project, judge.today)
    if size is None:
        say(_work(files, judge, entities, limit, keys))
        decided(project, by=name)
        return
    say(_sample(files, judge, entities, size, keys))
    decided(project, by=name)
    _estimate(_Files(project, judge.today), entities, shape)


def git_name(project: Project, command: str = "assay triage") -> str:
    """Who decides, as git knows him.

    Raises
    ------
    AssayError
        If it does not; the fix names `command`.
    """
    import subprocess

    from curate.errors import AssayError

    try:
        done = subprocess.run(
            ["git", "config", "user.name"], cwd=project.root, capture_output=True, text=True, check=False
        )
    except FileNotFoundError:
        done = None
    name = done.stdout.strip() if done else ""
    if not name:
        raise AssayError(
            "nobody to put on the verdicts: git knows no user.name here",
            fix=f'{command} --reviewer "Your Name"',
        )
    return name


class _Files:
    """What both modes read of a project."""

    def __init__(self, project: Project, today: date) -> None:
        from curate.files import read_stage_frame
        from curate.pii.decisions import in_force, project_verdicts
        from curate.pii.redact.params import RedactParams
        from curate.pii.scan.stage import ScanParams

        self.project, self.root, self.key = project, project.root, project.key
        self.findings = read_stage_frame(project.stage("scan") / "findings.parquet", made_by="scan")
        self.examples = read_stage_frame(project.stage("ingest") / "examples.parquet", made_by="ingest")
        self.verdicts = in_force(
            [one for one in project_verdicts(project) if one.key_id == project.key.key_id], today
        )
        self.policy, self.scan = project.params("redact", RedactParams), project.params("scan", ScanParams)

    def draw(self, entities: tuple[str, ...]) -> Draw:
        """The sample's draw, with the answers given so far."""
        from curate.pii.scan.stage import scanned_fields
        from governance.audit.params import AuditParams
        from governance.triage.accuracy import Draw
        from governance.triage.reviews import read_reviews

        fields = scanned_fields(self.scan, self.project.task.kind)
        reviews, params = read_reviews(self.root, self.key.key_id), self.project.params("audit", AuditParams)
        return Draw(self.examples, self.findings, fields, self.verdicts, reviews, self.key, params, entities)


def _work(
    files: _Files, judge: Reviewer, entities: tuple[str, ...], limit: int | None, keys: str | None
) -> str:
    """Run the queue; returns what was done in a line."""
    from curate.pii.decisions import FILE, append_verdicts
    from curate.pii.detect.catalogue import NER_ENTITIES, check_names
    from governance.triage.context import Rows
    from governance.triage.queue import build_queue
    from governance.triage.reveals import append_reveals
    from governance.triage.session import SPOKEN, Session, press, start
    from governance.triage.terminal import forgets, loop
    from governance.triage.view import screen

    check_names(set(entities), "--entity", {*NER_ENTITIES, *files.scan.own_entities})
    queue = build_queue(files.findings, files.examples, files.verdicts, files.policy, files.scan, entities)
    if not queue:
        return "nothing waits for a verdict" + ("" if entities else " that the policy acts on")
    rows = Rows(files.examples, files.findings)

    def step(session: Session, key: str) -> Session:
        after, decided = press(session, key)
        # Recorded before it is drawn: what cannot be recorded is not shown.
        append_reveals(
            files.root, [judge.reveal(item) for item in after.listed if item.value_id in after.revealed]
        )
        append_verdicts(files.root, decided)
        return after

    may_reveal = keys is None and forgets()
    session = loop(
        start(queue[:limit], judge, may_reveal=may_reveal),
        lambda at: screen(at, rows),
        step,
        lambda at: at.mode == "quit",
        keys,
    )
    counts = ", ".join(
        f"{session.tally[word]:,} {name}" for word, name in SPOKEN.items() if session.tally[word]
    )
    open_now = session.waiting + len(queue) - len(session.queue)
    return f"{counts or 'no verdict'}; {plural(open_now, 'value')} still open" + (
        f"\n  next: git add {FILE} && dvc repro redact" if counts else ""
    )


def _sample(files: _Files, judge: Reviewer, entities: tuple[str, ...], size: int, keys: str | None) -> str:
    """Work through the sample; returns what was done in a line."""
    from curate.pii.decisions import FOLDER, append_verdicts
    from curate.pii.detect.catalogue import DEFAULT, NER_ENTITIES, check_names
    from governance.triage.context import Rows
    from governance.triage.reviews import append_reviews
    from governance.triage.sample_view import pages, screen
    from governance.triage.sampling import Sampling, Written, menu, press, start
    from governance.triage.terminal import loop

    check_names(set(entities), "--entity", {*NER_ENTITIES, *files.scan.own_entities})
    draw, rows = files.draw(entities), Rows(files.examples, files.findings)
    questions = draw.questions(size, files.scan, lambda example_id: len(pages(rows, example_id, draw.fields)))
    if not questions:
        return f"every question of a sample of {size:,} is answered; for narrower intervals give a larger one"

    def write(written: Written) -> None:
        append_verdicts(files.root, list(written.verdicts))
        append_reviews(files.root, written.reviews)

    def step(state: Sampling, key: str) -> Sampling:
        after, written = press(state, key)
        write(written)
        return after

    usual = {entity.name for entity in DEFAULT}
    state, written = start(questions, judge, draw.known, menu(sorted(files.scan.wanted(usual))))
    write(written)
    state = loop(state, lambda at: screen(at, rows, draw.fields), step, lambda at: at.mode == "quit", keys)
    counts = ", ".join(f"{count:,} {what}" for what, count in state.tally.items() if count)
    return f"{counts or 'no answer'}; {plural(len(state.questions) - state.at, 'question')} left" + (
        f"\n  next: git add {FOLDER}" if counts else ""
    )


def _estimate(files: _Files, entities: tuple[str, ...], shape: str) -> None:
    """Print what the answers say."""
    from curate.errors import AssayError
    from governance.cli.rim import emit_json, stdout
    from governance.triage.sample_view import document, table

    accuracy = files.draw(entities).accuracy()
    if not accuracy.rows_read and not any(one.judged for one in accuracy.entities):
        raise AssayError("nothing of a sample has been judged yet", fix="assay triage --sample 60")
    if shape == "json":
        return emit_json(document(accuracy))
    stdout().print(table(accuracy))
