"""Which version a commit's dvc.lock names, as records tell where DVC's cache does not have it.

dvc.lock knows gold by a digest of DVC's, a publication record by its content. They meet in the commit that
brought both: where the first commit that names a gold folder also brought one publication and no other, the
record tells what the folder is. A folder of any other history stays unnamed rather than guessed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from curate.versions.revisions import git
from curate.versions.twins import Erasures
from governance.lineage.history import Locked
from governance.records.kinds import Publication
from governance.records.store import FOLDER, Journal


def recorded_digests(
    root: Path, states: Sequence[Locked], journal: Journal, erasures: Erasures
) -> Mapping[str, str]:
    """Content digest by DVC's digest of a gold folder, where a record tells; of a version out of which
    somebody was taken that of its twin, where it has one alone.

    Parameters
    ----------
    states
        Of dvc.lock, newest first; each names gold.
    """
    published = {
        record_id: record.predicate.version_digest
        for record_id, record in journal.of(Publication)
        if isinstance(record.predicate, Publication)
    }
    if not published:
        return {}
    brought = _brought(root, published)
    first = {state.outputs["gold"]: state.commit for state in states}  # the oldest is written last
    told = {stored: brought[commit] for stored, commit in first.items() if len(brought.get(commit, ())) == 1}
    return {
        stored: content
        for stored, (before,) in told.items()
        if (content := _standing(before, erasures)) is not None
    }


def _standing(content: str, erasures: Erasures) -> str | None:
    """What stands for a version today; None where two twins do."""
    seen = {content}
    while twins := erasures.contents.get(content, ()):
        if len(twins) > 1 or twins[0] in seen:
            return None
        content = twins[0]
        seen.add(content)
    return content


def _brought(root: Path, published: Mapping[str, str]) -> dict[str, list[str]]:
    """Content digests of the publications that each commit added."""
    added = git(
        root, "log", "--format=>%H", "--name-only", "--diff-filter=A", "--no-renames", "--", f"./{FOLDER}"
    )
    found: dict[str, list[str]] = {}
    commit = ""
    for line in (added or "").splitlines():
        if line.startswith(">"):
            commit = line[1:]
        elif content := published.get("".join(line.removesuffix(".json").split("/")[-2:])):
            found.setdefault(commit, []).append(content)
    return found
