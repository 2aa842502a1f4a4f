"""Have a person refused when they come again: a line in `decisions/suppressed.jsonl`, and its record."""

from __future__ import annotations

from collections.abc import Sequence

from curate.project import Project
from curate.suppress import add, digests_of, fresh_of
from governance.erasure.journal import Journal
from governance.records import events
from governance.records.store import person

_REASON = "erased on request"


def suppress(project: Project, values: Sequence[str], journal: Journal) -> None:
    """Suppress whoever is known by `values`, and record it; rows that went for their age name nobody.

    How many digests are new is written down before they are added: a run that is killed between list and
    record would find none new.
    """
    if not values or journal.why != "request":
        return
    digests = digests_of(values, project.key)
    if journal.fresh is None:
        journal.fresh = len(fresh_of(project, digests))
        journal.write(project.root)
    by = person(project.root)
    add(project, digests, by=by, reason=_REASON)
    if journal.fresh:
        events.suppressed(project, journal.fresh, by=by, reason=_REASON)
