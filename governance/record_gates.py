"""Gates on what is recorded: how long rows are kept, whether the journal is whole, who approved. Each answers
(passed, what was seen, what to run).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import polars as pl

from curate.errors import AssayError
from curate.project import Project
from curate.text import plain, plural
from curate.versions.revisions import Revision
from governance.retention import AHEAD, Term, is_computed, terms

Answer = tuple[bool, str, str]


def retention(project: Project, today: date) -> Answer:
    """No published row is kept longer than the card allows."""
    from curate.publish.gold import load_gold

    said = {name: source.retention for name, source in project.task.sources.items()}
    splits = load_gold(project.gold).splits.values()
    found = list(terms(pl.concat([frame.select("source", "collected_at") for frame in splits]), said, today))
    if past := [term for term in found if term.past]:
        words = "; ".join(
            f"{plural(term.past, 'row')} of {plain(term.source)} since {term.next}" for term in past
        )
        fix = "assay erase --expired   (or lengthen retention in task.yaml)"
        return False, f"kept longer than the card allows: {words}", fix
    if undated := [term for term in found if term.undated]:
        words = "; ".join(f"{plural(term.undated, 'row')} of {plain(term.source)}" for term in undated)
        fix = "name the column in params.yaml: ingest: {columns: {collected_at: COL}}, or give a date"
        return False, f"nobody says when they were collected: {words}", fix
    if soon := [term for term in found if term.soon]:
        words = "; ".join(
            f"{plural(term.soon, 'row')} of {plain(term.source)} from {term.next}" for term in soon
        )
        return True, f"to go within {AHEAD} days: {words}", ""
    if found:
        return True, f"no row is kept longer than the card allows; the first go on {_first(found)}", ""
    why = "no row" if any(map(is_computed, said.values())) else "the card gives no date or duration"
    return True, f'nothing to compute: {why} (write "2027-06-01" or P2Y)', ""


def _first(found: Sequence[Term]) -> str:
    return min((term.next.isoformat() for term in found if term.next), default="no day")


def retrain(project: Project) -> Answer:
    """No model learned from rows that were erased since, no version was rewritten twice apart, and no erasure
    stopped half-way.
    """
    from curate.versions.twins import read_erasures
    from governance.erasure.journal import pending
    from governance.erasure.retrain import RETRAIN, all_that_must

    if pending(project.root) is not None:
        return False, "an erasure was begun here and is not done", "assay erase --resume"
    erasures = read_erasures(project.root)
    if erasures.parted:
        parted = plural(len(erasures.parted), "version")
        words = f"{parted} rewritten on two branches apart: no twin is without all who were taken out"
        return False, words, "assay erase --again --yes"
    if must := all_that_must(project):
        words = (
            f"{plural(len(must), 'model')} learned from rows that were erased since: {', '.join(must[:5])}"
        )
        return False, words, RETRAIN
    if not erasures.names:
        return True, "nobody was taken out", ""
    return True, f"no model here learned from rows of {plural(len(erasures.names), 'erasure')}", ""


def records(project: Project) -> Answer:
    """The journal is whole."""
    from governance.records.ledger import verify

    found = verify(project.root, project=project.task.name)
    if found.sound:
        words = plural(found.records, "record") if found.records else "no records yet"
        return True, f"{words}, none damaged, missing or forged", ""
    first = found.faults[0]
    more = f" (and {len(found.faults) - 1} more)" if len(found.faults) > 1 else ""
    return False, f"records/{first.path} {first.what}{more}", "assay ledger verify"


def approvals(project: Project, base: Revision | None) -> Answer:
    """What the policy of the base wants approved is."""
    from governance.records.approvals import standing
    from governance.records.show import approval_message

    found = standing(project, base)
    return found.enough, approval_message(found), "" if found.enough else "assay approve --list"


def may_skip_approvals(project: Project, base: Revision | None) -> bool:
    """Whether the base itself leaves the gate out, or asks for nothing: a change that skips the gate on its
    own approval would judge itself.
    """
    from curate.strict_yaml import NotYaml, parse_yaml
    from curate.versions.revisions import revision, text_at
    from governance.records.approvals import judging_policy

    at = base or revision(project.root, "HEAD")
    try:
        if at is None or not judging_policy(project.root, base).asks:
            return True
        document = parse_yaml(text_at(project.root, at, "params.yaml") or "")
        skipped = document["check"]["skip"] if isinstance(document, dict) else []
        return any(entry["gate"] == "approvals" for entry in skipped)
    except (AssayError, NotYaml, KeyError, TypeError):
        return False  # the gate then says what is wrong
