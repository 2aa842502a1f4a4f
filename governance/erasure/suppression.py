"""Have a person refused when they come again: the keyed entry in `decisions/suppressed.jsonl`."""

from __future__ import annotations

from collections.abc import Sequence

from curate.project import Project
from curate.suppress import add, digests_of
from governance.erasure.journal import Journal
from governance.records.store import person


def suppress(project: Project, values: Sequence[str], journal: Journal) -> None:
    """Suppress whoever is known by `values`; rows that went for their age are nobody to refuse."""
    if values and journal.why == "request":
        reason = "erased on request"
        add(project, digests_of(values, project.key), by=person(project.root), reason=reason)
