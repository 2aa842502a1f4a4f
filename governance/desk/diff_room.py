"""The difference of two versions behind the desk: that of `assay diff`, kept until a file of it changes, and
what people say of it, by the same functions.

A version is a git revision, never a path, so that no page can read a file of its choice.
"""

from __future__ import annotations

import shlex
import threading
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

from curate.diff.commented import Commenter, with_comments
from curate.diff.comments import line_digest
from curate.errors import AssayError
from curate.project import Project
from curate.text import plain
from curate.versions.revisions import Revision, revision

if TYPE_CHECKING:
    from curate.diff import Difference

REVISION_CHARACTERS = 200
# Differences kept: that on the screen and the one before.
KEPT = 2


class DiffRoom:
    """Differences of one project, for one reviewer. Every method may be called from any thread."""

    def __init__(self, project: Project, reviewer: str, today: date) -> None:
        self.project = project
        self.commenter = Commenter(project, reviewer, today)
        self.written = 0
        # Names of the comments of this session that still stand, in order.
        self.session: list[str] = []
        self._lock = threading.RLock()
        self._kept: dict[object, Difference] = {}

    def compared(self, before: str, after: str) -> Difference:
        """What changed between two revisions, or between one and the work tree, with what people said of it.

        Raises
        ------
        AssayError
            If git knows no such revision, or a version cannot be read.
        """
        old, new = self.revision(before), self.revision(after) if after else None
        mark = (old.commit, new.commit if new else self._work_tree())
        with self._lock:
            if mark not in self._kept:
                from curate.diff import compare, open_both
                from curate.diff.show.narrow import with_facets

                try:
                    found = with_facets(compare(*open_both(old.commit, new.commit if new else None)))
                except AssayError as error:
                    raise _in_a_terminal(error, before, after) from error
                self._kept = dict([*self._kept.items(), (mark, found)][-KEPT:])
            difference = self._kept[mark]
        named = replace(
            difference,
            before=replace(difference.before, name=old.name),
            after=replace(difference.after, name=new.name if new else difference.after.name),
        )
        return with_comments(named, self.project)

    def say(self, difference: Difference, text: str, row: str) -> None:
        """Write a comment."""
        with self._lock:
            self.session.append(line_digest(self.commenter.say(difference, text, row)))
            self.written += 1

    def take_back(self, name: str) -> None:
        """Take back one's own comment."""
        with self._lock:
            self.commenter.take_back(name)
            self.session = [each for each in self.session if each != name]
            self.written += 1

    def revision(self, name: str) -> Revision:
        """The commit that somebody typed the name of."""
        sound = 0 < len(name) <= REVISION_CHARACTERS and "\0" not in name
        found = revision(self.project.root, name) if sound else None
        if found is None:
            raise AssayError(
                f"git knows no revision {plain(name)}", fix="git branch -a   lists what there is"
            )
        return found

    def _work_tree(self) -> tuple[object, ...]:
        """Changes when a file does on which the work tree's side depends."""
        marks: list[object] = []
        root, gold = self.project.root, self.project.gold
        beside = (
            "dvc.lock",
            "params.yaml",
            "task.yaml",
            "split.lock",
            "decisions/pii.jsonl",
            "reports/metrics.json",
        )
        for path in (*sorted(gold.glob("*")), *(root / name for name in beside)):
            try:
                stat = path.stat()
            except FileNotFoundError:
                continue
            marks += [path.name, stat.st_ino, stat.st_size, stat.st_mtime_ns]
        return tuple(marks)


def _in_a_terminal(error: AssayError, before: str, after: str) -> AssayError:
    """An error whose fix names the command: on a page "the same command" says nothing."""
    same = shlex.join(["assay", "diff", plain(before), *([plain(after)] if after else [])])
    return AssayError(error.problem, fix=error.fix.replace("the same command with", f"in a terminal: {same}"))
