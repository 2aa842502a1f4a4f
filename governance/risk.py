"""How easily the published rows are tied to persons, measured; and the motivated-intruder test, recorded.

The test is the ICO's (guidance on anonymisation, 28 March 2025): somebody without special knowledge, who
wants to, tries to tie rows to persons. A program cannot do it; what it measures tells where to try, and the
outcome is a record beside it.
"""

from __future__ import annotations

from typing import Any, Literal

import polars as pl

from curate.errors import AssayError
from curate.project import Project
from curate.publish.gold import load_gold, load_manifest
from governance.records.events import gold_digests
from governance.records.kinds import IntruderTest
from governance.records.statement import Record
from governance.records.store import append, read_journal

Outcome = Literal["nobody-identified", "somebody-identified", "inconclusive"]


def risk_facts(project: Project) -> tuple[dict[str, Any], pl.DataFrame]:
    """What `assay risk` tells, and the rows that a lexicon took for special-category data (without text)."""
    from curate.pii.risk.params import RiskParams
    from curate.pii.risk.singling_out import free_text, k_anonymity
    from curate.pii.risk.special import by_category, special_categories, unread
    from curate.pii.scan.stage import ScanParams, scanned_fields

    params = project.params("risk", RiskParams)
    fields = scanned_fields(ScanParams(), project.task.kind)
    gold = load_gold(project.gold)
    rows = pl.concat(gold.splits.values())
    special = special_categories(rows, fields=fields)
    facts = {
        "schema": "assay.risk/1",
        "gold": gold.manifest["version"],
        "rows": rows.height,
        "fields": fields,
        "k_anonymity": k_anonymity(rows, params, fields),
        "free_text": free_text(rows, params, fields),
        "special_categories": {
            "rows": special["example_id"].n_unique(),
            "unread_rows": unread(rows),
            "categories": by_category(special),
        },
    }
    return facts, special


def record_test(
    project: Project,
    facts: dict[str, Any],
    outcome: Outcome,
    tried: int,
    note: str = "",
    by: str | None = None,
) -> Record:
    """Record a motivated-intruder test of the version in gold/, with the figures that it was made by.

    Raises
    ------
    AssayError
        If nothing was tried, more rows than there are, or the note seems to hold personal data: a record is
        committed, and stays.
    """
    from curate.pii.detect.params import ScanParams
    from curate.plain.scan import detector
    from curate.publish.gold import verify_gold
    from curate.seal import key_here

    if not 0 < tried <= facts["rows"]:
        raise AssayError(
            f"a test tries at least one row, and no more than the {facts['rows']:,} that are published",
            fix="assay risk --record OUTCOME --tried ROWS",
        )
    if found := {hit.entity for hit in detector(ScanParams()).find(note)}:
        raise AssayError(
            f"the note seems to hold personal data ({', '.join(sorted(found))}), and records stay",
            fix="say how it was tried, and name rows by their ids; --by names the tester",
        )
    gold = verify_gold(project.gold, key_here(project))
    group = facts["k_anonymity"]
    fields = {
        "version_digest": gold.manifest["content_digest"],
        "outcome": outcome,
        "tried": tried,
        "rows": facts["rows"],
        "people": group["people"],
        "smallest_k": group["smallest_k"],
        "unique": group["unique"],
        "note": note,
    }
    return append(project.root, IntruderTest, gold_digests(project), fields, project=project.task.name, by=by)


def last_test(project: Project) -> dict[str, Any] | None:
    """The last motivated-intruder test in the journal; None if there is none."""
    found = read_journal(project.root).of(IntruderTest)
    if not found:
        return None
    name, record = found[-1]
    said = record.predicate
    assert isinstance(said, IntruderTest)
    here = load_manifest(project.gold)["content_digest"]
    return {
        "record": name,
        "at": said.at,
        "by": said.by,
        "outcome": said.outcome,
        "tried": said.tried,
        "version": said.version_digest[:12],
        "of_this_version": said.version_digest == here,
    }
