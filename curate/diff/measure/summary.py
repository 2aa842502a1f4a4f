"""Counts of a difference, ready for any face: pure data, JSON-safe, no raw text but labels."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

import polars as pl

from curate.diff.explain.pipeline import ParameterChange, parameter_changes
from curate.diff.explain.reasons import UNEXPLAINED, UNREADABLE
from curate.read import shown_name
from curate.text import plural
from curate.versions.version import CHANGE_KINDS, Version, flatten

# More distinct values than this are not a label set: `--label` names some other column, whose values are not
# listed.
MOST_LABELS = 1000

Counts = Mapping[str, tuple[int, int]]


@dataclass(frozen=True)
class CauseCount:
    """How many changes of one kind one cause brought about.

    `because` is what differs in the pipeline, `evidence` that of one of the rows.
    """

    change: str
    stage: str
    reason: str
    changes: int
    rows: int
    because: str
    evidence: str

    @property
    def unexplained(self) -> bool:
        """No record accounts for these."""
        return self.reason == UNEXPLAINED


@dataclass(frozen=True)
class Shift:
    """How the distribution of one column moved, with a test (see `curate.diff.measure.drift`).

    Parameters
    ----------
    column
        The column; for lengths, of the text measured.
    kind
        `category` (Pearson's X² on counts) or `length` (Kolmogorov-Smirnov's D on characters).
    statistic
        X² or D.
    effect
        Cramér's V (0..1) for categories, D (0..1) for lengths: size of the shift, however many rows there
        are.
    p, p_adjusted
        Probability of so large a shift if the rows that came and went were drawn alike; after Holm over all
        columns tested.
    significant
        `p_adjusted` is below 0.05.
    exact
        `p` comes from random reassignment (counts too small for the limit distribution).
    movers
        (category, share before, share after), most moved first; for lengths (`median`, before, after) and
        (`mean`, ...).
    """

    column: str
    kind: str
    statistic: float
    effect: float
    p: float
    p_adjusted: float
    significant: bool
    exact: bool
    movers: tuple[tuple[str, float, float], ...]


@dataclass(frozen=True)
class FindingChange:
    """Personal values acted on, by entity: each value of a row and field that is `new`, `fixed` (gone with
    its text, or cleared by a verdict), `persisting`, or `no_longer` acted on although it stands in the text.
    """

    entity: str
    new: int
    fixed: int
    persisting: int
    no_longer: int = 0


@dataclass(frozen=True)
class Leak:
    """A training row and a held-out row of the new version that are twins, one of them new, reworded or newly
    in its split.
    """

    train_row: str
    test_row: str
    kind: str
    similarity: float
    label_conflict: bool | None


@dataclass(frozen=True)
class Leaks:
    """New train-test leaks: held-out rows with a twin in training, and pairs, with a changed row in each.

    `against_all` says whether changed rows were held against all rows of the other side, or (large versions)
    against changed ones only.
    """

    held_out_rows: int
    pairs: int
    conflicting: int
    against_all: bool
    worst: tuple[Leak, ...]


@dataclass(frozen=True)
class Summary:
    """Counts; a pair is (before, after).

    Parameters
    ----------
    rows
        Rows of each side.
    changes
        Distinct rows by kind of change, all kinds named.
    fields
        Edited and relabelled rows by field.
    causes
        Largest first.
    unexplained
        Changes without a cause.
    unread
        Rows of each side that could not be read, and so are not compared.
    unsure
        Changes that may be none, since the row may be one of those that could not be read.
    labels, splits, findings, metrics
        Counts or figures by name.
    transitions
        (label before, label after, rows), largest first.
    moves
        (split before, split after, rows), largest first.
    parameters
        Parameters of the pipeline that differ.
    duplicate_keys
        Keys on more than one row of a side.
    columns_added, columns_removed
        Columns only one side has; their values are not compared.
    notes
        What a reviewer must know to read the counts.
    shifts
        Columns whose distribution was tested, most certain first.
    finding_changes
        Personal values acted on that are new, gone and still there, by entity; empty where a side kept no
        record.
    leaks
        New train-test leaks; None where the rows have no splits.
    clerical
        What differs in form only: `row order`, `column order` (1 if it differs), and edits of `whitespace`
        and `unicode`.
    substantive
        As `changes`, without rows whose every edit is clerical.
    similar
        Edited rows that were paired by likeness, having no key.
    faults
        What is false of a version (a file that is not the one published, a manifest whose seal is not true),
        or was loosened since: each fails the diff.
    """

    rows: tuple[int, int]
    changes: Mapping[str, int]
    fields: Mapping[str, int]
    causes: tuple[CauseCount, ...]
    unexplained: int
    labels: Counts
    transitions: tuple[tuple[str, str, int], ...]
    splits: Counts
    moves: tuple[tuple[str, str, int], ...]
    findings: Counts
    metrics: Mapping[str, tuple[float | None, float | None]]
    parameters: tuple[ParameterChange, ...]
    duplicate_keys: int
    columns_added: tuple[str, ...]
    columns_removed: tuple[str, ...]
    notes: tuple[str, ...]
    shifts: tuple[Shift, ...] = ()
    finding_changes: tuple[FindingChange, ...] = ()
    leaks: Leaks | None = None
    clerical: Mapping[str, int] = field(default_factory=dict)
    substantive: Mapping[str, int] = field(default_factory=dict)
    similar: int = 0
    faults: tuple[str, ...] = ()
    unread: tuple[int, int] = (0, 0)
    unsure: int = 0

    @property
    def empty(self) -> bool:
        """Nothing differs in the rows."""
        return not any(self.changes.values()) and not self.columns_added and not self.columns_removed

    def document(self) -> dict[str, Any]:
        """The summary as JSON-safe values."""
        return asdict(self)


def summarise(changes: pl.DataFrame, duplicates: pl.DataFrame, before: Version, after: Version) -> Summary:
    """Count `changes` (with causes) between two versions."""
    rows = dict(changes.group_by("change").agg(pl.struct("at_before", "at_after").n_unique()).iter_rows())
    shared = before.table.schema.keys() & after.table.schema.keys()
    return Summary(
        rows=(before.table.height, after.table.height),
        changes={kind: rows.get(kind, 0) for kind in CHANGE_KINDS},
        fields=dict(
            changes.filter(pl.col("change").is_in(["edited", "relabelled"]))
            .group_by("field")
            .len()
            .sort("field")
            .iter_rows()
        ),
        causes=_causes(changes),
        unexplained=changes.filter(pl.col("reason") == UNEXPLAINED).height,
        labels=_labels(before, after),
        transitions=_matrix(changes, "relabelled") if _few_labels(changes) else (),
        splits=_paired(
            *(
                {
                    part.split: height
                    for part, height in zip(side.table.parts, side.table.heights, strict=True)
                    if part.split
                }
                for side in (before, after)
            )
        ),
        moves=_matrix(changes, "moved"),
        findings=_paired(_findings(before), _findings(after)),
        metrics={
            name: (before.metrics.get(name), after.metrics.get(name))
            for name in sorted(before.metrics.keys() | after.metrics.keys())
        }
        if before.metrics and after.metrics
        else {},
        parameters=parameter_changes(before, after),
        duplicate_keys=duplicates.height,
        columns_added=tuple(name for name in after.table.schema if name not in shared),
        columns_removed=tuple(name for name in before.table.schema if name not in shared),
        notes=tuple(_notes(before, after)),
        unread=(before.unread, after.unread),
        unsure=changes.filter(pl.col("stage") == UNREADABLE).height,
        similar=changes.filter(pl.col("similarity").is_not_null())
        .select(pl.struct("at_before", "at_after").n_unique())
        .item(),
    )


def _causes(changes: pl.DataFrame) -> tuple[CauseCount, ...]:
    counted = (
        changes.filter(pl.col("reason").is_not_null())
        .group_by("change", "stage", "reason", "because")
        .agg(
            pl.len().alias("changes"),
            pl.struct("at_before", "at_after").n_unique().alias("rows"),
            pl.col("evidence").fill_null("").min(),
        )
    )
    ordered = counted.sort(
        "changes", "change", "stage", "reason", "because", descending=[True, False, False, False, False]
    )
    return tuple(
        CauseCount(**row)
        for row in ordered.select(
            "change", "stage", "reason", "changes", "rows", "because", "evidence"
        ).iter_rows(named=True)
    )


def _matrix(changes: pl.DataFrame, kind: str) -> tuple[tuple[str, str, int], ...]:
    pairs = changes.filter(pl.col("change") == kind).group_by(pl.col("before", "after").fill_null("")).len()
    return tuple(pairs.sort("len", "before", "after", descending=[True, False, False]).iter_rows())


def _few_labels(changes: pl.DataFrame) -> bool:
    relabelled = changes.filter(pl.col("change") == "relabelled")
    return max(relabelled["before"].n_unique(), relabelled["after"].n_unique()) <= MOST_LABELS


def _labels(before: Version, after: Version) -> Counts:
    if after.label is None:
        return {}
    counts = [dict(side.table.histogram(after.label).iter_rows()) for side in (before, after)]
    return _paired(*counts) if max(map(len, counts)) <= MOST_LABELS else {}


def _paired(before: Mapping[str, int], after: Mapping[str, int]) -> Counts:
    return {name: (before.get(name, 0), after.get(name, 0)) for name in sorted(before.keys() | after.keys())}


def _findings(version: Version) -> dict[str, int]:
    pii = version.manifest.get("pii")
    entities = pii.get("entities", {}) if isinstance(pii, Mapping) else {}
    return {
        name: leaf
        for name, leaf in flatten(entities).items()
        if isinstance(leaf, int) and not isinstance(leaf, bool)
    }


def _notes(before: Version, after: Version) -> list[str]:
    notes = []
    if before.key_id != after.key_id:
        notes.append(
            "the versions were made with different secret keys: ids made from content, and all digests, "
            "differ between them"
        )
    for side in (before, after):
        notes += side.notes
        if side.unread:
            verb = "is" if side.unread == 1 else "are"
            notes.append(
                f"{plural(side.unread, 'row')} of {side.name} could not be read and {verb} not compared"
            )
        if side.gold and side.ledger is None:
            notes.append(f"{side.name} has no ledger: rows dropped there cannot be told from rows never seen")
        if side.gold and not side.manifest:
            notes.append(f"{side.name} has no manifest: parameters and code cannot be compared")
    changed = [
        name
        for name, dtype in before.table.schema.items()
        if name in after.table.schema and after.table.schema[name] != dtype
    ]
    notes += [
        f"column {shown_name(name)} was {before.table.schema[name]} and is {after.table.schema[name]}"
        for name in changed
    ]
    return notes
