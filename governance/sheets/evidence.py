"""What the sheets are made from, read once; each file with its SHA-256."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

import polars as pl

from curate.digests import sha256_of
from curate.documents import load_json
from curate.errors import GateFailed
from curate.project import Project
from curate.publish.gold import verify_gold
from curate.seal import key_here
from curate.sealed_folder import folder_problem
from curate.splits import SPLITS
from curate.task import Processing, TaskCard
from curate.versions.twins import read_erasures
from governance.records.kinds import Approval, IntruderTest, Opening
from governance.records.ledger import digest_of
from governance.records.statement import Record
from governance.records.store import Journal, Kind, path_of, sound_journal
from governance.retention import Term, terms
from governance.risk import risk_facts

# How the sheets name their evidence.
CARD, PARAMS, MANIFEST = "task.yaml", "params.yaml", "gold/manifest.json"
COMPARISON = "reports/evaluation/comparison.json"
# The journal as a whole: the digest that a checkpoint would state.
RECORDS = "records/"
ROWS = tuple(f"gold/{split}.parquet" for split in SPLITS)


@dataclass(frozen=True)
class Evidence:
    """The project as it stands.

    Parameters
    ----------
    rows
        Published rows, all splits.
    models
        `model.json` of each trained system of this version, by its path.
    comparison
        The evaluation of this version; None where there is none.
    digests
        SHA-256 by path.
    """

    project: Project
    manifest: Mapping[str, Any]
    rows: pl.DataFrame
    models: Mapping[str, Mapping[str, Any]]
    comparison: Mapping[str, Any] | None
    journal: Journal
    digests: Mapping[str, str]

    @property
    def task(self) -> TaskCard:
        """The task card."""
        return self.project.task

    @property
    def processing(self) -> Processing:
        """The card's section on processing; all blank where there is none."""
        return self.task.processing or Processing()

    @cached_property
    def risk(self) -> Mapping[str, Any]:
        """What `assay risk` measures."""
        facts, _ = risk_facts(self.project)
        return facts

    @cached_property
    def terms(self) -> Sequence[Term]:
        """How long rows are kept, by source; of no day, so that a sheet is the same tomorrow."""
        said = {name: source.retention for name, source in self.task.sources.items()}
        return list(terms(self.rows, said, date.min))

    @cached_property
    def period(self) -> tuple[str, str] | None:
        """The first and the last day on which a row was collected."""
        days = self.rows["collected_at"].str.slice(0, 10).str.to_date("%Y-%m-%d", strict=False)
        days = days.drop_nulls().sort()
        return (days[0].isoformat(), days[-1].isoformat()) if len(days) else None

    @property
    def people(self) -> int:
        """People whom the rows are about: subjects, else groups, else rows."""
        return int(self.risk["k_anonymity"]["people"])

    @cached_property
    def tests(self) -> Sequence[tuple[str, Record]]:
        """Motivated-intruder tests, oldest first."""
        return self.journal.of(IntruderTest)

    @cached_property
    def approvals(self) -> Sequence[tuple[str, Record]]:
        """Approvals of these very splits."""
        train = self.digests[ROWS[0]]
        found = self.journal.of(Approval)
        return [(name, record) for name, record in found if record.digest_of(ROWS[0]) == train]

    @cached_property
    def openings(self) -> Sequence[tuple[str, Record]]:
        """Looks at the held-out rows of this version."""
        digest = str(self.manifest["content_digest"])
        known = (digest, *read_erasures(self.project.root).before(digest))
        return [
            (name, record)
            for name, record in self.journal.of(Opening)
            if isinstance(record.predicate, Opening) and record.predicate.version_digest in known
        ]

    def told(self, kind: type[Kind]) -> list[Kind]:
        """What records of a kind say, oldest first."""
        return [said for _, record in self.journal.of(kind) if isinstance(said := record.predicate, kind)]

    def record_path(self, name: str) -> str:
        """Where a record lies in the project."""
        return path_of(self.project.root, name).relative_to(self.project.root).as_posix()

    def by_source(self, source: str) -> int:
        """Published rows of a source."""
        return self.rows.filter(pl.col("source") == source).height

    def entities(self, source: str | None = None) -> list[str]:
        """Personal data that was found before redaction, with counts; of one source or of all."""
        counts: dict[str, int] = {}
        for line in self.manifest["pii"]["inventory"]:
            if source in (None, line.get("source")):
                counts[line["entity"]] = counts.get(line["entity"], 0) + int(line["findings"])
        return [f"{entity} {count:,}" for entity, count in sorted(counts.items())]


def gather(project: Project) -> Evidence:
    """Read everything that a sheet tells.

    Raises
    ------
    AssayError
        If there is no gold version, or the journal is damaged.
    GateFailed
        If gold, a model or the evaluation was changed since it was written.
    """
    key = key_here(project)
    gold = verify_gold(project.gold, key)
    digest = gold.manifest["content_digest"]
    models, comparison = {}, None
    if any(project.models.glob("*/model.json")):
        if words := folder_problem(project.models, key, "models"):
            raise GateFailed(f"{words}: no fact is told of it", fix="assay train   (or: dvc repro train)")
        cards = {
            path.relative_to(project.root).as_posix(): load_json(path)
            for path in sorted(project.models.glob("*/model.json"))
        }
        models = {path: card for path, card in cards.items() if card.get("gold") == digest}
    if (project.root / COMPARISON).exists():
        if words := folder_problem((project.root / COMPARISON).parent, key, "evaluation"):
            raise GateFailed(
                f"{words}: no fact is told of it", fix="assay evaluate   (or: dvc repro evaluate)"
            )
        read = load_json(project.root / COMPARISON)
        comparison = read if read.get("gold") == digest else None
    journal = sound_journal(project.root)
    paths = [CARD, PARAMS, MANIFEST, *ROWS, *models, *([COMPARISON] if comparison else [])]
    digests = {path: sha256_of(project.root / path) for path in paths if (project.root / path).exists()}
    digests[RECORDS] = digest_of(list(journal.records))
    found = Evidence(
        project, gold.manifest, pl.concat(gold.splits.values()), models, comparison, journal, digests
    )
    told = [*found.tests, *found.approvals, *found.openings]
    digests |= {found.record_path(name): name for name, _ in told}
    return found
