"""A person's word on a row made a line of the journal: the row is there, the new label is one of the card's,
the new output fits the kind, and nothing personal comes with it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import cast, get_args

import polars as pl

from curate.errors import AssayError
from curate.examples import TEXT_FIELDS
from curate.files import canonical_json
from curate.keys import Key
from curate.project import Project
from curate.task import Kind
from curate.text import plain, shell_word
from curate.validate.params import ValidateParams
from curate.validate.schema import requirements, schema_failures
from curate.verdicts.journal import RowVerdict, Word, content_digest, latest, read_rows, row_digest
from curate.verdicts.standing import Reader
from governance.triage.queue import TAKEN_BACK
from governance.triage.without_effect import leaving


@dataclass(frozen=True)
class Wish:
    """What somebody wants of a row, not yet checked."""

    example_id: str
    verdict: Word
    changes: Mapping[str, str]
    reason: str = ""


@dataclass(frozen=True)
class Judge:
    """Who decides, and what goes on each line."""

    name: str
    reason: str
    today: date
    days: int | None = None


class Desk:
    """Makes lines of wishes, for one project and one run.

    Parameters
    ----------
    examples
        Schema `EXAMPLES`, redacted.
    """

    def __init__(self, project: Project, examples: pl.DataFrame, judge: Judge) -> None:
        self.project, self.examples, self.judge = project, examples, judge
        self.reader: Reader | None = None

    def lines(self, wishes: Sequence[Wish]) -> list[RowVerdict]:
        """The lines to append.

        Raises
        ------
        AssayError
            Naming the first row that is not there, whose new text is not fit to be kept, that leaves although
            it is to be kept, or of which nothing can be taken back.
        """
        ids = [wish.example_id for wish in wishes]
        if len(set(ids)) < len(ids):
            raise AssayError(
                f"row {plain(_first_twice(ids), 60)} is decided on twice at once",
                fix="leave one of the two out",
            )
        rows = {
            row["example_id"]: row
            for row in self.examples.filter(pl.col("example_id").is_in(ids)).iter_rows(named=True)
        }
        for wish in wishes:
            if wish.example_id not in rows:
                raise AssayError(
                    f"row {plain(wish.example_id, 60)} is not among the rows that `redact` left",
                    fix=f"assay why {shell_word(wish.example_id)}",
                )
        made = [self._canonical(wish) for wish in wishes]
        self._check_labels(made)
        self._check(made)
        self._check_kept(made)
        before = latest([each for each in read_rows(self.project.root) if each.key_id == self._key.key_id])
        expires = self.judge.days and (self.judge.today + timedelta(days=self.judge.days)).isoformat()
        lines = []
        for wish in made:
            name = row_digest(self._key, wish.example_id)
            known = before.get(name)
            if wish.reason == TAKEN_BACK and (known is None or known.verdict.reason == TAKEN_BACK):
                raise AssayError(
                    f"nobody has decided on row {plain(wish.example_id, 60)}: there is nothing to undo"
                    if known is None
                    else f"the verdict on row {plain(wish.example_id, 60)} was taken back already",
                    fix=f"assay why {shell_word(wish.example_id)}",
                )
            lines.append(
                RowVerdict(
                    row=name,
                    content=content_digest(self._key, rows[wish.example_id]),
                    verdict=wish.verdict,
                    reviewer=self.judge.name,
                    reason=wish.reason or self.judge.reason,
                    date=self.judge.today.isoformat(),
                    key_id=self._key.key_id,
                    changes=dict(wish.changes),
                    expires=expires or None,
                    over=known.lines if known else (),
                )
            )
        return lines

    @property
    def _key(self) -> Key:
        return self.project.key

    def _canonical(self, wish: Wish) -> Wish:
        """With a JSON output in the form in which ingest writes it."""
        output = wish.changes.get("output")
        if output is None or self.project.task.kind is not Kind.EXTRACTION:
            return wish
        try:
            document = json.loads(output)
        except (ValueError, RecursionError) as error:
            raise AssayError(
                f"the new output of row {plain(wish.example_id, 60)} is not JSON",
                fix="give the whole JSON document as it should read",
            ) from error
        return Wish(
            wish.example_id, wish.verdict, {**wish.changes, "output": canonical_json(document)}, wish.reason
        )

    def _check_labels(self, wishes: Sequence[Wish]) -> None:
        """Where the card lists no labels, fail on one that no row has: a slip would be a class of its own."""
        task = self.project.task
        if task.kind is not Kind.CLASSIFICATION or task.labels:
            return
        known = set(self.examples["output"].drop_nulls().unique())
        for wish in wishes:
            if (label := wish.changes.get("output")) is not None and label not in known:
                raise AssayError(
                    f"no row has the label {plain(label, 60)!r} that row {plain(wish.example_id, 60)} "
                    "would get",
                    fix="take a label that there is, or list it under `labels` in task.yaml",
                )

    def _check_kept(self, wishes: Sequence[Wish]) -> None:
        """Fail on a row that leaves whatever is said of it: a verdict without effect would look like one."""
        kept = [wish.example_id for wish in wishes if wish.verdict == "keep"]
        for row in leaving(self.project, self.examples, kept) if kept else ():
            raise AssayError(
                f"row {plain(row.example_id, 60)} leaves as {row.reason} ({plain(row.evidence, 200)}), and "
                "no verdict lifts that: keep would do nothing",
                fix=row.fix,
            )

    def _check(self, wishes: Sequence[Wish]) -> None:
        """Fail on a change that the schema of the kind or the policy on personal data refuses."""
        changing = [wish for wish in wishes if wish.changes]
        if not changing:
            return
        changes = pl.DataFrame(
            [(wish.example_id, *(wish.changes.get(name) for name in TEXT_FIELDS)) for wish in changing],
            schema={"example_id": pl.String, **dict.fromkeys(TEXT_FIELDS, pl.String)},
            orient="row",
        )
        from curate.verdicts.apply import changed

        touched = self.examples.join(changes.select("example_id"), on="example_id", how="semi")
        after = changed(touched, changes)
        params = self.project.params("validate", ValidateParams)
        faults = schema_failures(after, requirements(after, self.project.task, params)).sort(
            "example_id", "reason", "evidence"
        )
        if faults.height:
            row = faults.row(0, named=True)
            raise AssayError(
                f"row {plain(row['example_id'], 60)} would not fit the task card after that: "
                f"{row['reason']} ({plain(row['evidence'], 200)})",
                fix="give an output that task.yaml allows, or add it there first",
            )
        self.reader = self.reader or Reader.of(self.project, _on_values(self.project, self.judge.today))
        for name, what in self.reader.personal(touched, changes).items():
            raise AssayError(
                f"the edit of row {plain(name, 60)} brings personal data ({what}), and decisions/rows.jsonl "
                "is committed",
                fix="write a placeholder such as <PERSON_1> in its place; if it is not personal, say so: "
                "assay triage",
            )


def _first_twice(ids: Sequence[str]) -> str:
    return next(name for at, name in enumerate(ids) if name in ids[:at])


def _on_values(project: Project, today: date) -> pl.DataFrame:
    from curate.pii.decisions import in_force, project_verdicts

    return in_force([one for one in project_verdicts(project) if one.key_id == project.key.key_id], today)


def wishes_of(frame: pl.DataFrame, resolve: Callable[[str], str], name: str) -> list[Wish]:
    """What a table asks for: columns `row` and `verdict`, and where they are needed `input`, `output`,
    `rejected` and `reason`.

    Parameters
    ----------
    resolve
        Makes a row's full id of what stands in the column.

    Raises
    ------
    AssayError
        If a column is missing, or a verdict is not one that there is.
    """
    if lacking := [column for column in ("row", "verdict") if column not in frame.columns]:
        raise AssayError(
            f"{name} has no column {', '.join(lacking)}",
            fix="its columns are row, verdict, and as needed output, input, rejected, reason",
        )
    wishes = []
    for number, row in enumerate(frame.iter_rows(named=True), 1):
        word = str(row["verdict"]).strip()
        if word not in get_args(Word):
            raise AssayError(
                f"{name} row {number} has the verdict {plain(word, 40)!r}",
                fix=f"one of {', '.join(get_args(Word))}",
            )
        changes = {
            field: str(row[field])
            for field in TEXT_FIELDS
            if field in frame.columns and row[field] is not None and str(row[field]) != ""
        }
        if word == "relabel":
            changes = {field: text for field, text in changes.items() if field == "output"}
        elif word != "edit":
            changes = {}
        if word in ("relabel", "edit") and not changes:
            raise AssayError(
                f"{name} row {number} says {word} and gives no new text",
                fix="add the column output (for edit: input, output or rejected)",
            )
        wishes.append(Wish(resolve(str(row["row"])), cast(Word, word), changes, str(row.get("reason") or "")))
    return wishes
