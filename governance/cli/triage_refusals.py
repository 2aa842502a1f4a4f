"""`assay triage --refusals FILE`: answers for rows that `assay predict` refused."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from curate.project import Project
    from governance.cli.triage_rows import RowOptions
    from governance.triage.row_session import RowSession
    from governance.triage.row_verdicts import Judge


def answer_refusals(
    project: Project,
    file: Path | None,
    options: RowOptions,
    judge: Judge,
    limit: int | None,
    keys: str | None,
) -> str:
    """Record answers as asked, or work through the file; returns what was done in a line."""
    from curate.errors import AssayError
    from governance.cli.triage_rows import wish_of
    from governance.triage.refusals import answer, read_refusals

    refusals = read_refusals(project, file)
    if options.file is not None or options.edits:
        raise AssayError("--from and --set are about rows of the project", fix="--row ID --relabel OUTPUT")
    if options.rows:
        if len(options.words) != 1:
            raise AssayError(
                "--row needs one of --keep, --drop, --relabel and --undo", fix="assay triage --help"
            )
        answer(project, refusals, [wish_of(row, options) for row in options.rows], judge.name, judge.today)
        return _said(project, refusals.to, len(options.rows))
    return _work(project, file, judge, limit, keys)


def _work(project: Project, file: Path | None, judge: Judge, limit: int | None, keys: str | None) -> str:
    from curate.text import plural
    from governance.triage.refusals import answer, read_refusals
    from governance.triage.row_session import RowSession, press
    from governance.triage.row_view import screen
    from governance.triage.terminal import loop

    refusals = read_refusals(project, file)
    queue = refusals.queue(sorted(project.task.labels))
    if not queue.items:
        return "no refused row waits for an answer"

    def step(session: RowSession, key: str) -> RowSession:
        after, wishes = press(session, key)
        answer(project, refusals, wishes, judge.name, judge.today)
        return after

    session = loop(
        RowSession(queue.items[:limit]),
        lambda at: screen(at, queue),
        step,
        lambda at: at.mode == "quit",
        keys,
    )
    given = sum(session.tally.get(word, 0) for word in ("keep", "relabel", "drop"))
    waiting = session.waiting + len(queue.items) - len(session.queue)
    return f"{plural(waiting, 'row')} still open; {_said(project, refusals.to, given)}"


def _said(project: Project, to: Path, given: int) -> str:
    from curate.text import plural

    path = to.relative_to(project.root)
    head = f"{plural(given, 'answer')} in {path}"
    return f"{head}\n  next: name it in params.yaml (ingest: files: [..., {{path: {path}}}]), then: dvc repro"


def show_refusals(project: Project, file: Path | None, shape: str) -> None:
    """Print the rows that wait."""
    from governance.cli.rim import emit_json, stdout
    from governance.triage.refusals import read_refusals
    from governance.triage.row_view import listed, table

    queue = read_refusals(project, file).queue(sorted(project.task.labels))
    if shape == "json":
        return emit_json({**listed(queue), "schema": "assay.triage-refusals/1"})
    stdout().print(table(queue))
