"""`assay triage`: the steward's queue in the terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from curate.project import Project
    from governance.triage.session import Reviewer


@click.command()
@click.option("--reviewer", metavar="NAME", help="Who judges; default: git's user.name.")
@click.option("--reason", default="", metavar="TEXT", help="Written on every verdict of this session; no personal value in it.")
@click.option(
    "--expires", type=click.IntRange(min=1), metavar="DAYS", help="Verdicts hold for so many days; default: until another is given."
)
@click.option(
    "--entity", "entities", multiple=True, metavar="NAME", help="Ask about this entity only, even if the policy keeps it; may be repeated."
)
@click.option("--limit", type=click.IntRange(min=1), metavar="N", help="Ask about N values at most.")
@click.option("--keys", metavar="KEYS", help="Press these keys instead of reading a terminal, and print each screen: for scripts.")
def triage(reviewer: str | None, reason: str, expires: int | None, entities: tuple[str, ...], limit: int | None, keys: str | None) -> None:
    """Judge what the scan found, one value at a time; uncertain ones first, one verdict for all repeats.

    Values are masked, as is every other value around them. Each verdict is appended to decisions/pii.jsonl at once: quit
    when you like and run it again to go on. `redact` obeys the verdicts at its next run.

    \b
    Keys: r real   n not personal   p public figure or business   u unsure   s skip
          a then r n p u: the whole pattern   z undo   ? help   q quit
    \b
    Examples:
      assay triage
      assay triage --entity UK_POSTCODE --limit 20 --reason "catalogue part codes"
      assay triage --expires 365 --reviewer "Ada Steward"
    """
    from datetime import date

    from curate.project import Project
    from governance.cli.rim import say
    from governance.triage.session import Reviewer

    project = Project.find()
    judge = Reviewer(reviewer or _git_name(project), reason, date.today(), expires, project.key.key_id)
    say(_work(project, judge, entities, limit, keys))


def _git_name(project: Project) -> str:
    import subprocess

    from curate.errors import AssayError

    try:
        done = subprocess.run(["git", "config", "user.name"], cwd=project.root, capture_output=True, text=True, check=False)
    except FileNotFoundError:
        done = None
    name = done.stdout.strip() if done else ""
    if not name:
        raise AssayError("nobody to put on the verdicts: git knows no user.name here", fix='assay triage --reviewer "Your Name"')
    return name


def _work(project: Project, judge: Reviewer, entities: tuple[str, ...], limit: int | None, keys: str | None) -> str:
    """Run the queue; returns what was done in a line."""
    from curate.files import read_stage_frame
    from curate.pii.catalogue import NER_ENTITIES, check_names
    from curate.pii.decisions import FILE, append_verdicts, in_force, read_verdicts
    from curate.pii.policy import RedactParams
    from curate.pii.scan import ScanParams
    from governance.triage.context import Rows
    from governance.triage.queue import build_queue
    from governance.triage.session import SPOKEN, Session, press, start
    from governance.triage.terminal import loop
    from governance.triage.view import screen

    check_names(set(entities), "--entity", set(NER_ENTITIES))
    findings = read_stage_frame(project.stage("scan") / "findings.parquet", made_by="scan")
    examples = read_stage_frame(project.stage("ingest") / "examples.parquet", made_by="ingest")
    verdicts = in_force([one for one in read_verdicts(project.root) if one.key_id == judge.key_id], judge.today)
    policy, scan = project.params("redact", RedactParams), project.params("scan", ScanParams)
    queue = build_queue(findings, examples, verdicts, policy, scan, entities)
    if not queue:
        return "nothing waits for a verdict" + ("" if entities else " that the policy acts on")
    rows = Rows(examples, findings)

    def step(session: Session, key: str) -> Session:
        after, decided = press(session, key)
        append_verdicts(project.root, decided)
        return after

    session = loop(start(queue[:limit], judge), lambda at: screen(at, rows), step, lambda at: at.mode == "quit", keys)
    counts = ", ".join(f"{session.tally[word]:,} {name}" for word, name in SPOKEN.items() if session.tally[word])
    open_now = session.waiting + len(queue) - len(session.queue)
    return f"{counts or 'no verdict'}; {open_now:,} values still open" + (f"\n  next: git add {FILE} && dvc repro redact" if counts else "")
