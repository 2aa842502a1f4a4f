"""The sample on a project's data: its questions, and what the answers given so far say of each entity.

A unit counts once it was drawn and answered: a finding if a verdict that answers is in force on it, a row if
its answer speaks of the text and findings that stand now. Verdicts given in the queue, which asks about the
uncertain first, count only for findings that the draw asks about too. Cost: the draw (a second or two a
million rows), and a keyed digest a drawn row.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from curate.keys import Key
from curate.pii.decisions import judged
from curate.pii.scan.stage import ScanParams
from governance.audit.params import AuditParams
from governance.triage.estimate import Estimate, Stratum, precision, recall
from governance.triage.queue import TAKEN_BACK, items
from governance.triage.reviews import Reviews, seen
from governance.triage.sample import SIGNALS, drawn_findings, drawn_rows, may_hold, shares
from governance.triage.sampling import ANSWERS, FindingQuestion, Question, RowQuestion

# In place of an entity's name: any of them.
ALL = "all"


@dataclass(frozen=True)
class Entity:
    """What the sample says of one entity.

    Parameters
    ----------
    findings, judged, right
        In the data, drawn and judged, of those right.
    missed
        Seen missing in the rows read.
    precision, recall
        With 95 % intervals.
    """

    entity: str
    findings: int
    judged: int
    right: int
    missed: int
    precision: Estimate
    recall: Estimate


@dataclass(frozen=True)
class Accuracy:
    """Every entity, by name, and all together; rows read, of how many, by stratum (`sample.SIGNALS`)."""

    entities: tuple[Entity, ...]
    overall: Entity
    rows: Mapping[str, tuple[int, int]]

    @property
    def rows_read(self) -> int:
        """Rows with an answer."""
        return sum(read for read, _ in self.rows.values())


class Draw:
    """Findings and rows of a scan in the order in which they are asked about, with the answers given.

    Parameters
    ----------
    verdicts
        From `curate.pii.decisions.in_force`, of this key.
    entities
        Ask about findings of these only; rows are read for whatever they hold.
    """

    def __init__(
        self,
        examples: pl.DataFrame,
        findings: pl.DataFrame,
        fields: Sequence[str],
        verdicts: pl.DataFrame,
        reviews: Reviews,
        key: Key,
        params: AuditParams,
        entities: Collection[str] = (),
    ) -> None:
        self.examples, self.fields, self.key, self.reviews = examples, fields, key, reviews
        self.findings = judged(findings, verdicts.filter(pl.col("reason") != TAKEN_BACK))
        self.drawn = drawn_findings(self.findings, params, entities)
        self.rows = drawn_rows(examples, findings, fields, key)

    def questions(self, size: int, scan: ScanParams, pages: Callable[[str], int]) -> list[Question]:
        """The open ones of the first `size`: findings, then rows; `pages` counts the pages of a row."""
        about_findings, about_rows = shares(size, self.drawn.height, self.rows.height)
        asked = self.drawn.head(about_findings).filter(~self._answered())
        values = items(
            self.findings.filter(pl.col("value_id").is_in(asked["value_id"].implode())), self.examples, scan
        )
        by_value = {item.value_id: item for item in values}
        to_ask: list[Question] = [
            FindingQuestion(place, by_value[place["value_id"]]) for place in asked.iter_rows(named=True)
        ]
        rows = self._seen(self.rows.head(about_rows))
        return to_ask + [
            RowQuestion(example_id, row, shown, stratum, pages(example_id))
            for example_id, row, stratum, shown in rows.iter_rows()
            if self._missed(row, shown) is None
        ]

    @property
    def known(self) -> frozenset[str]:
        """Values with a verdict that answers."""
        return frozenset(self.findings.filter(pl.col("verdict").is_in(list(ANSWERS)))["value_id"])

    def accuracy(self) -> Accuracy:
        """Precision and recall of each entity found, or seen missing, from every answer that still counts."""
        judged_now = self.drawn.with_columns(
            pl.when(self._answered())
            .then(pl.col("verdict").replace_strict(dict(ANSWERS), default=None, return_dtype=pl.Int64))
            .alias("right")
        )
        strata: dict[str, list[Stratum]] = {}
        grouped = (
            judged_now.group_by("entity", "stratum")
            .agg(pl.len(), pl.col("right").drop_nulls())
            .sort("entity", "stratum")
        )
        for entity, _, size, right in grouped.iter_rows():
            strata.setdefault(entity, []).append(Stratum(size, tuple(right)))
        read = self._read()
        sizes = dict(self.rows.group_by("stratum").len().iter_rows())
        seen_missing = Counter(dict.fromkeys(strata, 0))
        for missing in (missed for rows in read.values() for missed in rows):
            seen_missing.update(missing)
        every = {name: [{ALL: sum(one.values())} for one in rows] for name, rows in read.items()}
        return Accuracy(
            tuple(
                self._of(entity, strata.get(entity, []), read, sizes, missed)
                for entity, missed in sorted(seen_missing.items())
            ),
            self._of(
                ALL, [one for some in strata.values() for one in some], every, sizes, seen_missing.total()
            ),
            {name: (len(read[name]), sizes[name]) for name in SIGNALS if name in sizes},
        )

    @staticmethod
    def _of(
        entity: str,
        found: list[Stratum],
        read: Mapping[str, Sequence[Mapping[str, int]]],
        sizes: Mapping[str, int],
        missed: int,
    ) -> Entity:
        rows = [
            Stratum(sizes[name], tuple(one.get(entity, 0) for one in read[name]))
            for name in sizes
            if entity == ALL or name in may_hold(entity) or any(one.get(entity) for one in read[name])
        ]
        answers = [answer for stratum in found for answer in stratum.counts]
        size = sum(stratum.size for stratum in found)
        return Entity(entity, size, len(answers), sum(answers), missed, precision(found), recall(found, rows))

    def _answered(self) -> pl.Expr:
        noted = pl.col("finding_id").is_in(list(self.reviews.findings))
        return (noted & pl.col("verdict").is_in(list(ANSWERS))).fill_null(False)

    def _read(self) -> dict[str, list[Mapping[str, int]]]:
        """What was missing in each row read, by stratum."""
        read: dict[str, list[Mapping[str, int]]] = {name: [] for name in SIGNALS}
        for _, row, stratum, shown in self._seen(
            self.rows.filter(pl.col("row").is_in(list(self.reviews.rows)))
        ).iter_rows():
            missed = self._missed(row, shown)
            if missed is not None:
                read[stratum].append(missed)
        return read

    def _missed(self, row: str, shown: str) -> Mapping[str, int] | None:
        answer = self.reviews.rows.get(row)
        return answer[1] if answer is not None and answer[0] == shown else None

    def _seen(self, rows: pl.DataFrame) -> pl.DataFrame:
        """`example_id`, `row`, `stratum` and `seen` of some drawn rows, in order."""
        ids = rows["example_id"].implode()
        texts = {
            one["example_id"]: one
            for one in self.examples.filter(pl.col("example_id").is_in(ids)).iter_rows(named=True)
        }
        mine = self.findings.filter(pl.col("example_id").is_in(ids))
        by_row: dict[Any, pl.DataFrame] = {name: part for (name,), part in mine.group_by("example_id")}
        shown = [
            seen(self.key, texts[name], by_row.get(name, mine.clear()), self.fields)
            for name in rows["example_id"]
        ]
        return rows.select("example_id", "row", "stratum").with_columns(
            pl.Series("seen", shown, dtype=pl.String)
        )
