"""Which verdicts on rows hold today: the row is there, its text is the one that was judged, and an edit
brings no personal data.

A verdict whose row reads otherwise now is `stale`, one whose row is not there `gone`: neither does anything,
and the queue asks again. An edit or a new label is read by the project's detectors under its policy; where it
holds a value that the policy takes out and that the redacted row does not hold, the verdict is `refused`.
Cost: a digest a row that a verdict may name (a million a second), and for edits a detector, which takes
seconds to make.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

import polars as pl

from curate.examples import TEXT_FIELDS
from curate.keys import Key
from curate.pii.detect.params import ScanParams
from curate.pii.redact.params import RedactParams
from curate.pii.redact.policy import decide
from curate.placeholders import PLACEHOLDER
from curate.task import Kind
from curate.text import plural
from curate.verdicts.journal import RowVerdict, Said, content_digest, latest, read_rows, row_digest
from curate.verdicts.table import VERDICTS

if TYPE_CHECKING:
    from curate.pii.detect.detector import Detector
    from curate.project import Project

_MARKS = re.compile(PLACEHOLDER)


def project_rows(project: Project) -> list[RowVerdict]:
    """The verdicts on rows of a project that count: those made under its key, and with `redact.reviewers:
    named` those of the people whom the task card names.
    """
    verdicts = [each for each in read_rows(project.root) if each.key_id == project.key.key_id]
    if project.params("redact", RedactParams).reviewers == "any":
        return verdicts
    return [each for each in verdicts if each.reviewer in project.task.people]


def standing(
    examples: pl.DataFrame,
    verdicts: Sequence[RowVerdict],
    key: Key,
    today: date | None = None,
    *,
    reads: Reader | None = None,
) -> pl.DataFrame:
    """The verdicts beside the rows that they name.

    Parameters
    ----------
    examples
        Schema `EXAMPLES`, redacted.
    verdicts
        Of this key, in the order of the file.
    today
        The day on which they must hold; None: expiry is not looked at.
    reads
        Looks through the edits; None: they were looked through elsewhere.

    Returns
    -------
    pl.DataFrame
        Schema `VERDICTS`, sorted by id; without the rows on which the last word is `unsure`.
    """
    said = latest(verdicts, today)
    if not said:
        return VERDICTS.to_frame()
    rows = _named(examples, said, key)
    stated = [_state(row, told, key) for row, told in rows]
    frame = pl.DataFrame(stated, schema=VERDICTS, orient="row").filter(pl.col("verdict") != "unsure")
    changing = frame.filter(
        pl.col("state") == "in_force", pl.any_horizontal(pl.col(name).is_not_null() for name in TEXT_FIELDS)
    )
    if reads is not None and changing.height:
        found = reads.personal(examples, changing)
        why = pl.col("example_id").replace_strict(found, default=None, return_dtype=pl.String)
        refused = pl.col("example_id").is_in(sorted(found))
        frame = frame.with_columns(
            pl.when(refused).then(pl.lit("refused")).otherwise("state").alias("state"),
            pl.when(refused).then(why).otherwise("evidence").alias("evidence"),
        )
    return frame.sort("example_id")


def _named(examples: pl.DataFrame, said: Mapping[str, Said], key: Key) -> list[tuple[dict[str, Any], Said]]:
    ids = examples["example_id"]
    names = pl.Series(key.digests("verdict row", ids.to_list()), dtype=pl.String)
    hit = names.is_in(sorted(said)).arg_true()
    rows = examples[hit].select("example_id", *TEXT_FIELDS)
    return [(row, said[name]) for name, row in zip(names.gather(hit).to_list(), rows.to_dicts(), strict=True)]


def _state(row: Mapping[str, Any], told: Said, key: Key) -> tuple[Any, ...]:
    verdict = told.verdict
    fresh = content_digest(key, row) == verdict.content
    return (
        row["example_id"],
        verdict.verdict,
        "in_force" if fresh else "stale",
        told.disputed,
        verdict.date[:10],
        *(verdict.changes.get(name) for name in TEXT_FIELDS),
        "" if fresh else "the row reads otherwise now than what was judged",
    )


class Reader:
    """Looks for personal data in edits as the project looks for it in rows."""

    def __init__(
        self,
        scan: ScanParams,
        policy: RedactParams,
        key: Key,
        kind: Kind,
        verdicts: pl.DataFrame | None = None,
        detector: Detector | None = None,
        root: Any = None,
    ) -> None:
        # An edit in another language is read all the same: it is refused for what is found, not for that.
        self.scan = scan.model_copy(update={"unsupported_language": "scan_as_default"})
        self.policy, self.key, self.kind, self.verdicts = policy, key, kind, verdicts
        self._detector, self._root = detector, root

    @classmethod
    def of(cls, project: Project, verdicts: pl.DataFrame | None = None) -> Reader:
        """With the parameters of a project; `verdicts`: those on values, from `curate.pii.decisions`."""
        return cls(
            project.params("scan", ScanParams),
            project.params("redact", RedactParams),
            project.key,
            project.task.kind,
            verdicts,
            root=project.root,
        )

    def personal(self, examples: pl.DataFrame, changes: pl.DataFrame) -> dict[str, str]:
        """What each edit brings: `{example_id: "input: PERSON, ..."}`, without those that bring nothing.

        Parameters
        ----------
        examples
            Schema `EXAMPLES`, redacted.
        changes
            `example_id` and the new text of each field, null where it stays.
        """
        from curate.pii.detect.detector import Detector
        from curate.pii.scan.stage import scan

        self._detector = self._detector or Detector(self.scan, root=self._root)
        before = examples.join(changes.select("example_id"), on="example_id", how="semi").sort("example_id")
        new = changes.select("example_id", *TEXT_FIELDS).sort("example_id")
        bare = {name: [_bare(text) for text in new[name]] for name in TEXT_FIELDS}
        after = before.with_columns(
            pl.Series(name, texts, dtype=pl.String) for name, texts in bare.items()
        ).with_columns(pl.col("input", "output").fill_null(""))
        # A label is not a text for the scan of a dataset; here it is what somebody typed.
        as_text = Kind.REWRITING if self.kind is Kind.CLASSIFICATION else self.kind
        findings, _ = scan(after, self.scan, self.key, as_text, self._detector)
        acted = decide(findings, after, self.policy, self.verdicts).filter(pl.col("action") != "keep")
        texts = {row["example_id"]: row for row in after.to_dicts()}
        known = {
            row["example_id"]: " ".join(row[name] or "" for name in TEXT_FIELDS).casefold()
            for row in before.to_dicts()
        }
        told: dict[str, set[str]] = {}
        for finding in acted.iter_rows(named=True):
            row = finding["example_id"]
            value = texts[row][finding["field"]][finding["start"] : finding["end"]]
            if value.casefold() not in known[row]:
                told.setdefault(row, set()).add(f"{finding['field']}: {finding['entity']}")
        return {row: ", ".join(sorted(what)) for row, what in sorted(told.items())}


def _bare(text: str | None) -> str | None:
    """A text with blanks in place of its placeholders, which are not values."""
    if text is None:
        return None
    return _MARKS.sub(lambda mark: " " * len(mark[0]), text)


def counts(
    verdicts: Sequence[RowVerdict], standing: pl.DataFrame, ids: pl.Series, key: Key
) -> dict[str, Any]:
    """Counts for the stage's report, and a note for its line; empty where nobody decided anything."""
    if not verdicts:
        return {}
    named = {row_digest(key, name) for name in ids}
    gone = sum(row not in named for row in latest(verdicts))
    states = dict(standing.group_by("state").len().sort("state").iter_rows())
    words = standing.filter(pl.col("state") == "in_force").group_by("verdict").len().sort("verdict")
    disputed = standing.filter("disputed").height
    wrong = [f"{count:,} {state}" for state, count in states.items() if state != "in_force"]
    wrong += [f"{gone:,} of rows that are gone"] if gone else []
    wrong += [f"{plural(disputed, 'row')} on which two people disagree"] if disputed else []
    held = states.get("in_force", 0)
    note = f"{plural(held, 'verdict')} on rows in force" + (f" ({', '.join(wrong)})" if wrong else "")
    return {
        "row_verdicts": {
            "in_force": dict(words.iter_rows()),
            "stale": states.get("stale", 0),
            "refused": states.get("refused", 0),
            "gone": gone,
            "disputed": disputed,
        },
        "notes": [note],
    }
