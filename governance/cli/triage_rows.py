"""`assay triage --rows`, `--row` and `--from`: verdicts on rows."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from curate.project import Project
    from governance.triage.row_session import RowSession
    from governance.triage.row_verdicts import Judge, Wish


@dataclass(frozen=True)
class RowOptions:
    """What was asked of `assay triage` about rows."""

    queue: bool = False
    listed: bool = False
    rows: tuple[str, ...] = ()
    keep: bool = False
    drop: bool = False
    undo: bool = False
    relabel: str | None = None
    edits: tuple[str, ...] = ()
    file: Path | None = None
    near: bool = False

    @property
    def asked(self) -> bool:
        """Whether the command is about rows."""
        return (
            self.queue
            or self.near
            or self.listed
            or bool(self.words)
            or bool(self.rows)
            or self.file is not None
        )

    @property
    def words(self) -> list[str]:
        """The options that say what to do with a row."""
        said = (
            ("--keep", self.keep),
            ("--drop", self.drop),
            ("--undo", self.undo),
            ("--relabel", self.relabel is not None),
            ("--set", bool(self.edits)),
        )
        return [name for name, given in said if given]


def decide(project: Project, options: RowOptions, judge: Judge, limit: int | None, keys: str | None) -> str:
    """Record verdicts as asked, or work through the queue; returns what was done in a line."""
    from curate.errors import AssayError
    from curate.verdicts.journal import append_rows
    from governance.life import resolve
    from governance.triage.row_verdicts import Desk, wishes_of
    from governance.triage.rows import redacted

    if options.rows and len(options.words) != 1:
        raise AssayError(
            "--row needs one of --keep, --drop, --relabel, --set and --undo"
            + (f", not {' and '.join(options.words)}" if options.words else ""),
            fix='assay triage --row ID --drop --reason "a test message"',
        )
    if options.words and not options.rows:
        raise AssayError(f"{options.words[0]} needs a row", fix=f"assay triage --row ID {options.words[0]}")
    if options.rows or options.file:
        if options.file is not None:
            from curate.read import read_table

            wishes = wishes_of(read_table(options.file), lambda row: resolve(project, row), options.file.name)
        else:
            wishes = [wish_of(resolve(project, row), options) for row in options.rows]
        lines = Desk(project, redacted(project), judge).lines(wishes)
        append_rows(project.root, lines)
        return _told(wishes)
    return _work(project, judge, limit, keys, near=options.near)


def wish_of(example_id: str, options: RowOptions) -> Wish:
    """What the options ask of a row."""
    from curate.errors import AssayError
    from curate.examples import TEXT_FIELDS
    from governance.triage.queue import TAKEN_BACK
    from governance.triage.row_verdicts import Wish

    if options.keep:
        return Wish(example_id, "keep", {})
    if options.drop:
        return Wish(example_id, "drop", {})
    if options.undo:
        return Wish(example_id, "unsure", {}, TAKEN_BACK)
    if options.relabel is not None:
        return Wish(example_id, "relabel", {"output": options.relabel})
    changes = dict(edit.partition("=")[::2] for edit in options.edits)
    if unknown := [name for name in changes if name not in TEXT_FIELDS]:
        raise AssayError(
            f"--set names {', '.join(unknown)}",
            fix=f"one of {', '.join(TEXT_FIELDS)}: --set input='new text'",
        )
    return Wish(example_id, "edit", changes)


def _told(wishes: list[Wish]) -> str:
    from collections import Counter

    from curate.verdicts.journal import FILE
    from governance.triage.queue import TAKEN_BACK

    done = ["taken back" if wish.reason == TAKEN_BACK else wish.verdict for wish in wishes]
    counts = Counter(done)
    said = ", ".join(f"{count:,} {word}" for word, count in sorted(counts.items()))
    return f"{said or 'no verdict'}\n  next: git add {FILE} && dvc repro"


def _work(project: Project, judge: Judge, limit: int | None, keys: str | None, *, near: bool) -> str:
    from dataclasses import replace

    from curate.errors import AssayError
    from curate.text import plural
    from curate.verdicts.journal import FILE, append_rows
    from curate.verdicts.standing import project_rows
    from governance.triage.row_session import RowSession, press
    from governance.triage.row_verdicts import Desk
    from governance.triage.row_view import screen
    from governance.triage.rows import RowBoard
    from governance.triage.terminal import loop

    board, verdicts = RowBoard(project), project_rows(project)
    queue = board.near(verdicts) if near else board.queue(verdicts)
    if not queue.items:
        return "no row waits for a verdict"
    desk = Desk(project, queue.examples, judge)

    def step(session: RowSession, key: str) -> RowSession:
        after, wishes = press(session, key)
        try:
            lines = desk.lines(wishes)
        except AssayError as error:  # said on the screen; the row stays open
            return replace(session, message=f"not written: {error.problem}; {error.fix}")
        append_rows(project.root, lines)
        return after

    session = loop(
        RowSession(queue.items[:limit]),
        lambda at: screen(at, queue),
        step,
        lambda at: at.mode == "quit",
        keys,
    )
    counts = ", ".join(f"{count:,} {word}" for word, count in session.tally.items() if count)
    waiting = session.waiting + len(queue.items) - len(session.queue)
    return f"{counts or 'no verdict'}; {plural(waiting, 'row')} still open" + (
        f"\n  next: git add {FILE} && dvc repro" if counts else ""
    )


def show(project: Project, shape: str, *, near: bool = False) -> None:
    """Print the queue."""
    from curate.verdicts.standing import project_rows
    from governance.cli.rim import emit_json, stdout
    from governance.triage.row_view import listed, table
    from governance.triage.rows import RowBoard

    board, verdicts = RowBoard(project), project_rows(project)
    queue = board.near(verdicts) if near else board.queue(verdicts)
    if shape == "json":
        return emit_json(listed(queue))
    stdout().print(table(queue))
