"""A difference with what people said of it, and how somebody says more: the one mechanism behind `assay diff`
and the review desk.

A comment is found again by the keyed digest of its row. Where the row has changed otherwise since, or the
newer version is another one, it is shown and said to be of an earlier state. Costs a digest of each changed
row's id, and only where the project has comments.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

import polars as pl

from curate.diff.comments import (
    TEXT_CHARACTERS,
    Comment,
    append_comments,
    line_digest,
    read_comments,
    still_said,
)
from curate.diff.difference import Difference, Told
from curate.errors import AssayError
from curate.examples import EXAMPLES, conform
from curate.files import canonical_json
from curate.keys import Key
from curate.project import Project
from curate.text import plain
from curate.verdicts.journal import row_digest
from curate.verdicts.standing import Reader
from curate.versions.version import Version


def with_comments(difference: Difference, project: Project) -> Difference:
    """The difference of two gold versions with the comments that the project holds of it: those
    on rows that it changes, and those on the whole of it that began at the same older version.

    Raises
    ------
    AssayError
        Naming the file and line of the first bad one.
    """
    lines = still_said(read_comments(project.root)) if difference.after.gold else []
    if not lines:
        return difference
    key = project.key
    sides = _version(key, difference.before), _version(key, difference.after)
    changed = difference.changes["row"].unique(maintain_order=True).drop_nulls().to_list()
    rows = dict(zip(key.digests("verdict row", changed), changed, strict=True))
    told = []
    for line in lines:
        if line.row in rows:
            row = rows[line.row]
            told.append(Told(line_digest(line), row, line, line.changes == _changes(key, difference, row)))
        elif not line.row and line.before == sides[0]:
            told.append(Told(line_digest(line), "", line, line.after == sides[1]))
    return replace(difference, comments=tuple(told))


class Commenter:
    """Says and takes back, for one project and one person.

    Parameters
    ----------
    reviewer
        Who; his name stands on each line.
    """

    def __init__(self, project: Project, reviewer: str, today: date) -> None:
        self.project, self.reviewer, self.today = project, plain(reviewer), today
        self._reader: Reader | None = None

    def say(self, difference: Difference, text: str, row: str = "") -> Comment:
        """Write a comment on a changed row, or without `row` on the whole difference. One that stands already
        is not written again: its answer was lost on the way.

        Raises
        ------
        AssayError
            If the versions are not gold versions, the row is not changed, or the text is empty, too long or
            holds personal data; it is not shown.
        """
        if not (difference.before.gold and difference.after.gold):
            raise AssayError(
                "comments are on gold versions, and these are plain files",
                fix="assay diff main --comment TEXT",
            )
        if row and not (difference.changes["row"] == row).any():
            raise AssayError(
                f"row {plain(row, 60)} is not among the rows that changed",
                fix="take an id that the diff lists",
            )
        text = plain(text, TEXT_CHARACTERS + 1)
        if not text or len(text) > TEXT_CHARACTERS:
            raise AssayError(
                "the comment is empty"
                if not text
                else f"the comment is longer than {TEXT_CHARACTERS:,} characters",
                fix="say it in a paragraph",
            )
        self._without_personal_data(text)
        key = self.project.key
        comment = Comment(
            row=row_digest(key, row) if row else "",
            changes=_changes(key, difference, row) if row else "",
            before=_version(key, difference.before),
            after=_version(key, difference.after),
            text=text,
            reviewer=self.reviewer,
            date=self.today.isoformat(),
            key_id=key.key_id,
        )
        if comment not in still_said(read_comments(self.project.root)):
            append_comments(self.project.root, [comment])
        return comment

    def take_back(self, name: str) -> Comment:
        """Take back one's own comment by the name of its line; once taken back it stays so.

        Raises
        ------
        AssayError
            If there is no such comment, or somebody else wrote it.
        """
        lines = {line_digest(line): line for line in still_said(read_comments(self.project.root))}
        line = lines.get(name)
        if line is None or line.reviewer != self.reviewer:
            whose = (
                f"{plain(line.reviewer, 60)} wrote"
                if line
                else "nobody has written, or its writer took back,"
            )
            raise AssayError(
                f"{whose} comment {plain(name, 20)}",
                fix="take back one of your own: assay diff lists their names",
            )
        gone = replace(line, text="", over=(name,), date=self.today.isoformat())
        append_comments(self.project.root, [gone])
        return line

    def _without_personal_data(self, text: str) -> None:
        """Fail on a text in which the project's own detectors find what its policy acts on."""
        if self._reader is None:
            self._reader = Reader.of(self.project)
        nothing = pl.DataFrame({"example_id": ["comment"], "input": [""], "output": [""]})
        said = pl.DataFrame(
            [("comment", text, None, None)],
            schema=dict.fromkeys(("example_id", "input", "output", "rejected"), pl.String),
            orient="row",
        )
        for what in self._reader.personal(conform(nothing, EXAMPLES), said).values():
            raise AssayError(
                f"the comment holds personal data ({what.replace('input: ', '')}), and "
                "decisions/comments.jsonl is committed",
                fix="say it without the value itself: the row is named already",
            )


def _version(key: Key, version: Version) -> str:
    """The name of a version: a digest of what its manifest says."""
    return key.digest("comment version", canonical_json(version.manifest.get("files") or version.manifest))


def _changes(key: Key, difference: Difference, row: str) -> str:
    """The name of all that changed in a row."""
    lines = difference.changes.filter(row=row).select("change", "field", "before", "after").rows()
    return key.digest("comment changes", canonical_json(sorted(lines, key=str)))


def said_of(told: Sequence[Told]) -> dict[str, list[Told]]:
    """Comments by the row they are on; those on the whole difference under an empty name."""
    by_row: dict[str, list[Told]] = {}
    for one in told:
        by_row.setdefault(one.row, []).append(one)
    return by_row
