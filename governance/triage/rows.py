"""Rows that wait for a person: those whose repeats have other outputs, those whose label looks wrong, those
that carry a warning, that hold benchmark text or say what another says in other words, and those on which an
earlier verdict no longer holds.

Reads what the stages left; a row on which a verdict is in force is not asked about, and one of which somebody
was unsure comes last. A row with several reasons is asked about once. A second or two a million rows.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from functools import cached_property

import polars as pl

from curate.documents import load_parquet
from curate.examples import TEXT_FIELDS
from curate.files import read_stage_frame
from curate.project import Project
from curate.task import Kind
from curate.verdicts.journal import DECIDED, RowVerdict, Said, content_digest, latest
from governance.alike import alike, near, twins

# Fields of a contradiction that are the row's whole output.
_WHOLE = ("output", "order")
# In the order in which they are asked about.
KINDS = ("dispute", "stale", "benchmark", "contradiction", "suspect", "warning", "meaning")

# Not in the queue: the stage decided, and whoever wants to looks it over.
NEAR = "near"


@dataclass(frozen=True)
class RowItem:
    """One row that waits.

    Parameters
    ----------
    kind
        Why it is asked about first (one of `KINDS`, or `NEAR`).
    why
        Every reason, in words without text of the row.
    choices
        Outputs that others give it, for a new label.
    cluster
        Rows of one contradiction share it; else empty.
    others
        The other rows of the contradiction with their outputs.
    said
        What stands of it in the journal.
    twin
        The row that says the same, beside which it is shown; else empty.
    """

    example_id: str
    kind: str
    why: tuple[str, ...]
    choices: tuple[str, ...] = ()
    cluster: str = ""
    others: tuple[tuple[str, str], ...] = ()
    said: Said | None = None
    unsure: bool = False
    twin: str = ""


@dataclass(frozen=True)
class RowQueue:
    """The rows that wait, in order, and the texts of a project's rows after redaction."""

    items: tuple[RowItem, ...]
    examples: pl.DataFrame
    texts: Mapping[str, Mapping[str, str | None]] = field(default_factory=dict)


@dataclass
class _Reasons:
    """What was found of one row, gathered from several tables."""

    kinds: list[str] = field(default_factory=list)
    why: list[str] = field(default_factory=list)
    choices: list[str] = field(default_factory=list)
    cluster: str = ""
    others: tuple[tuple[str, str], ...] = ()
    twin: str = ""


def redacted(project: Project) -> pl.DataFrame:
    """The rows on which a person decides: schema `EXAMPLES`, as stage `redact` left them."""
    return read_stage_frame(project.stage("redact") / "examples.parquet", made_by="redact")


def build_rows(project: Project, verdicts: Sequence[RowVerdict]) -> RowQueue:
    """The queue of a project.

    Parameters
    ----------
    verdicts
        Of this key, in the order of the file.
    """
    return RowBoard(project).queue(verdicts)


class RowBoard:
    """What the stages left of a project's rows, read once; `queue` says which of them wait."""

    def __init__(self, project: Project) -> None:
        self.project, self.examples = project, redacted(project)
        self._found: dict[str, _Reasons] = {}
        _contradictions(project, self._found)
        _suspects(project, self._found)
        _fields(project, self.examples, self._found)
        _warnings(project, self._found)
        for name, kind, words in alike(project):
            _add(self._found, name, kind, words)
        for name, twin in twins(project).items():
            self._found[name].twin = twin

    @cached_property
    def _names(self) -> pl.Series:
        names = self.project.key.digests("verdict row", self.examples["example_id"].to_list())
        return pl.Series(names, dtype=pl.String)

    def named(self, name: str) -> str | None:
        """The id of the row that has this name in the journal; None where there is none."""
        at = self._names.index_of(name)
        return None if at is None else str(self.examples["example_id"][at])

    def queue(self, verdicts: Sequence[RowVerdict]) -> RowQueue:
        """The rows that wait once `verdicts` are obeyed, in order."""
        found = deepcopy(self._found)
        said = latest(verdicts)
        named = _named(self.project, self.examples, self._names, said) if said else {}
        _earlier(named, found)
        settled = {
            found[name].cluster
            for name, known in named.items()
            if name in found and _settled(known) and known[0].verdict.verdict in ("keep", "relabel", "edit")
        }
        texts = self._texts({*found, *(reasons.twin for reasons in found.values())})
        items = [
            RowItem(
                name,
                min(reasons.kinds, key=KINDS.index),
                tuple(reasons.why),
                tuple(dict.fromkeys(reasons.choices)),
                reasons.cluster,
                reasons.others,
                named.get(name, (None, None))[0],
                name in named and named[name][0].verdict.verdict == "unsure",
                reasons.twin,
            )
            for name, reasons in found.items()
            if name in texts and not _settled(named.get(name)) and not _waits_for_run(reasons, settled)
        ]
        items.sort(key=lambda item: (item.unsure, KINDS.index(item.kind), item.cluster, item.example_id))
        return RowQueue(tuple(items), self.examples, texts)

    @cached_property
    def _near(self) -> tuple[list[tuple[str, str, str]], dict[str, dict[str, str | None]]]:
        """What left as near, and the texts of those rows and of their twins."""
        found = list(near(self.project))
        return found, self._texts({name for row, twin, _ in found for name in (row, twin)})

    def near(self, verdicts: Sequence[RowVerdict]) -> RowQueue:
        """Rows that left as near-duplicates, on which nobody has decided; they wait for nobody."""
        found, texts = self._near
        if not found:
            return RowQueue((), self.examples)
        said = latest(verdicts)
        named = _named(self.project, self.examples, self._names, said) if said else {}
        items = [
            RowItem(row, NEAR, (words,), said=named.get(row, (None, None))[0], twin=twin)
            for row, twin, words in found
            if row in texts and twin in texts and not _settled(named.get(row))
        ]
        return RowQueue(tuple(items), self.examples, texts)

    def _texts(self, names: Collection[str]) -> dict[str, dict[str, str | None]]:
        rows = self.examples.filter(pl.col("example_id").is_in(sorted(names)))
        return {
            row["example_id"]: row for row in rows.select("example_id", *TEXT_FIELDS).iter_rows(named=True)
        }


def _waits_for_run(reasons: _Reasons, settled: set[str]) -> bool:
    """Whether a row is asked about for a contradiction alone, and another row of it was decided on: what
    becomes of it shows once the stages have run.
    """
    return set(reasons.kinds) == {"contradiction"} and reasons.cluster in settled


def _settled(known: tuple[Said, bool] | None) -> bool:
    """Whether a verdict says something of the row as it is now, and nobody of equal right says otherwise."""
    if known is None:
        return False
    said, fresh = known
    return fresh and not said.disputed and said.verdict.verdict in DECIDED


def _named(
    project: Project, examples: pl.DataFrame, names: pl.Series, said: Mapping[str, Said]
) -> dict[str, tuple[Said, bool]]:
    """What stands in the journal of each row of today, and whether its text is the one that was judged."""
    hit = names.is_in(sorted(said)).arg_true()
    rows = examples[hit].select("example_id", *TEXT_FIELDS).iter_rows(named=True)
    return {
        row["example_id"]: (said[name], content_digest(project.key, row) == said[name].verdict.content)
        for name, row in zip(names.gather(hit), rows, strict=True)
    }


def _earlier(named: Mapping[str, tuple[Said, bool]], found: dict[str, _Reasons]) -> None:
    """Verdicts that no longer hold, and those on which two people disagree."""
    for name, (said, fresh) in named.items():
        if said.verdict.verdict not in DECIDED and not said.disputed:
            continue
        if said.disputed:
            words = ", ".join(f"{each.reviewer}: {each.verdict}" for each in (*said.against, said.verdict))
            _add(found, name, "dispute", f"decided in two ways ({words}; the last one holds)")
        elif not fresh:
            _add(found, name, "stale", f"decided on {said.verdict.date[:10]} on another text than it has now")


def _contradictions(project: Project, found: dict[str, _Reasons]) -> None:
    path = project.stage("dedup") / "contradictions.parquet"
    table = load_parquet(path) if path.exists() else pl.DataFrame()
    if table.is_empty():
        return
    pairs = project.task.kind is Kind.PREFERENCE  # an answer of another pair is not a choice for this one
    for (cluster,), part in table.sort("cluster", "example_id", "field").group_by(
        "cluster", maintain_order=True
    ):
        said: dict[str, list[str]] = {}
        for name, path, value in part.select("example_id", "field", "value").iter_rows():
            shown = value or "nothing"
            said.setdefault(name, []).append(shown if path in _WHOLE else f"{path}: {shown}")
        values = (
            part.filter(pl.col("field").is_in(["output"]))["value"].drop_nulls().unique(maintain_order=True)
        )
        near = "nearly the same" if part["alike"][0] == "near" else "the same"
        fields = ", ".join(part["field"].unique(maintain_order=True))
        for name in said:
            words = f"one of {len(said)} rows of {near} text that contradict each other in: {fields}"
            reasons = _add(found, name, "contradiction", words)
            reasons.choices += [] if pairs else values.to_list()
            reasons.cluster = str(cluster)
            reasons.others = tuple((other, "; ".join(what)) for other, what in said.items() if other != name)


def _suspects(project: Project, found: dict[str, _Reasons]) -> None:
    path = project.reports / "evaluation" / "label_suspects.parquet"
    if not path.exists():
        return
    flagged = load_parquet(path).filter("flagged").sort(["score", "example_id"], descending=[True, False])
    for row in flagged.iter_rows(named=True):
        words = f"its label looks wrong (probability {row['score']:.2f})"
        pair = project.task.kind is Kind.PREFERENCE  # it suggests an order, which is not an output
        words = f"its answers look exchanged (probability {row['score']:.2f})" if pair else words
        _add(found, row["example_id"], "suspect", words).choices += [] if pair else [row["suggested"]]


_ODD = {"absent": "its input does not hold the value", "form": "a form unlike the field's others"}


def _fields(project: Project, examples: pl.DataFrame, found: dict[str, _Reasons]) -> None:
    """Fields of JSON outputs that look wrong (see `train.fields`)."""
    if project.task.kind is not Kind.EXTRACTION:
        return
    from train.fields import field_suspects

    odd = field_suspects(examples["example_id"], examples["input"], examples["output"])
    for name, path, why in odd.select("example_id", "field", "why").iter_rows():
        _add(found, name, "suspect", f"{path}: {_ODD[why]}")


def _warnings(project: Project, found: dict[str, _Reasons]) -> None:
    path = project.stage("validate") / "warnings.parquet"
    if not path.exists():
        return
    for row in load_parquet(path).iter_rows(named=True):
        _add(found, row["example_id"], "warning", f"{row['rule']}: {row['evidence']}")


def _add(found: dict[str, _Reasons], name: str, kind: str, words: str) -> _Reasons:
    reasons = found.setdefault(name, _Reasons())
    reasons.kinds.append(kind)
    reasons.why.append(words)
    return reasons
